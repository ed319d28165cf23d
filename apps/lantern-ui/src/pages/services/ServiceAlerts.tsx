import { useQuery } from '@tanstack/react-query';
import { alertRulesQuery, alertsOf } from '../../api/alerts.js';
import { AlertList } from '../alerts/AlertList.js';

/** Pending and firing alerts of a service. Nothing while there are none. */
export const ServiceAlerts = ({ service }: { readonly service: string }) => {
  const rules = useQuery(alertRulesQuery());
  const alerts = alertsOf(rules.data ?? []).filter((alert) => alert.service === service);
  return alerts.length === 0 ? null : <AlertList alerts={alerts} />;
};
