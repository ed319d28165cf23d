import { IconBell, IconBellOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { alertRulesQuery, alertsOf } from '../../api/alerts.js';
import { formatCounted } from '../../shared/format/count.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import frame from '../../shared/PageFrame.module.css';
import { AlertList } from './AlertList.js';
import classes from './AlertsPage.module.css';
import { RuleTable } from './RuleTable.js';

/** Page of pending and firing alerts, and of the rules that raise them. */
const AlertsPage = () => {
  const rules = useQuery(alertRulesQuery());
  const alerts = alertsOf(rules.data ?? []);
  const firing = alerts.filter(({ state }) => state === 'firing').length;

  return (
    <div className={frame.scrolling}>
      <title>Alerts · Lantern</title>
      <div className={frame.bar}>
        <h1 className={frame.heading}>Alerts</h1>
        {rules.data !== undefined && (
          <span className={frame.note} aria-live="polite">
            {firing} firing, {alerts.length - firing} pending
            {rules.isError && <span className={frame.stale}> not updated: {rules.error.message}</span>}
          </span>
        )}
      </div>
      {rules.isPending ? (
        <div role="status" aria-label="Loading alerts" />
      ) : rules.data === undefined ? (
        <LoadFailed
          what="The alerts"
          error={rules.error}
          onRetry={() => void rules.refetch()}
          isRetrying={rules.isFetching}
        />
      ) : rules.data.length === 0 ? (
        <Notice title="No alerting rules" icon={<IconBellOff size={28} stroke={1.5} />}>
          <p>
            Set <code>LANTERN_RULES</code> to the path of a Prometheus rule file, or to a pattern such as{' '}
            <code>rules/*.yml</code>, and restart Lantern.
          </p>
        </Notice>
      ) : (
        <>
          {alerts.length === 0 ? (
            <Notice title="No alerts" icon={<IconBell size={28} stroke={1.5} />}>
              <p>No condition of the {formatCounted(rules.data.length, 'rule')} below holds.</p>
            </Notice>
          ) : (
            <AlertList alerts={alerts} />
          )}
          <h2 className={classes.subheading}>Rules</h2>
          <RuleTable rules={rules.data} />
        </>
      )}
    </div>
  );
};

export default AlertsPage;
