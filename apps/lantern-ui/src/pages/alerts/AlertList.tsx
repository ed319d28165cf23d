import { Button } from '@mantine/core';
import { Link } from 'react-router';
import type { Alert } from '../../api/alerts.js';
import { formatNumber } from '../../shared/chart/metric-series.js';
import { formatRelative, formatTime } from '../../shared/format/time.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { useNow } from '../../shared/use-now.js';
import { visibleText } from '../../shared/visible-text.js';
import { alertLinks, servicePath } from './alert-links.js';
import classes from './AlertList.module.css';

const NOW_STEP_MILLIS = 10_000;

/** Alerts with their cause, and links to the telemetry of their service at that time. */
export const AlertList = ({ alerts }: { readonly alerts: readonly Alert[] }) => {
  const now = useNow(NOW_STEP_MILLIS);
  return (
    <ul className={classes.list} aria-label="Alerts">
      {alerts.map((alert) => (
        <AlertItem key={alert.key} alert={alert} now={now} />
      ))}
    </ul>
  );
};

const AlertItem = ({ alert, now }: { readonly alert: Alert; readonly now: number }) => {
  const { rule, state, service, labels, annotations, activeMillis, value } = alert;
  const { failedTraces, logLines, metric } = alertLinks(alert, now);
  const active = BigInt(activeMillis) * 1_000_000n;
  const others = Object.entries(labels).filter(([name, text]) => name !== 'alertname' && text !== service);
  return (
    <li className={classes.alert} data-state={state}>
      <div className={classes.head}>
        <span className={classes.state}>{state}</span>
        <h2 className={classes.name}>
          <bdi>{visibleText(rule.name)}</bdi>
        </h2>
        {service !== undefined && (
          <Link className={classes.service} to={servicePath(service)}>
            <ServiceName name={service} />
          </Link>
        )}
        <time
          className={classes.since}
          title={formatTime(active)}
          dateTime={new Date(activeMillis).toISOString()}
        >
          started {formatRelative(active, now)}
        </time>
      </div>
      {annotations.summary !== undefined && (
        <p className={classes.summary}>{visibleText(annotations.summary)}</p>
      )}
      {annotations.description !== undefined && (
        <p className={classes.description}>{visibleText(annotations.description)}</p>
      )}
      <p className={classes.rule}>
        Value <strong>{formatNumber(value)}</strong> of <code>{visibleText(rule.query)}</code>
      </p>
      {others.length > 0 && (
        <p className={classes.labels}>
          {others.map(([name, text]) => (
            <code key={name}>
              {visibleText(name)}={visibleText(text)}
            </code>
          ))}
        </p>
      )}
      <div className={classes.links}>
        {failedTraces !== undefined && (
          <Button component={Link} to={failedTraces} variant="filled">
            Failed traces
          </Button>
        )}
        {logLines !== undefined && (
          <Button component={Link} to={logLines}>
            Log lines
          </Button>
        )}
        <Button component={Link} to={metric}>
          Metric
        </Button>
      </div>
    </li>
  );
};
