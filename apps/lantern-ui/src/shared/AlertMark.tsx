import { useQuery } from '@tanstack/react-query';
import { alertRulesQuery, alertsOf } from '../api/alerts.js';
import classes from './AlertMark.module.css';

/** Number of firing alerts in the navigation; nothing while there are none. */
const AlertMark = () => {
  const { data } = useQuery(alertRulesQuery());
  const firing = alertsOf(data ?? []).filter(({ state }) => state === 'firing').length;
  return firing === 0 ? null : (
    <span className={classes.mark}>
      {firing}
      <span className={classes.hidden}> firing</span>
    </span>
  );
};

export default AlertMark;
