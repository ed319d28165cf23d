import type { PrometheusAlertingRule, PrometheusRuleGroup, PrometheusSuccess } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { getJson } from './http.js';

/** Interval between requests. Rules are evaluated every 15 s or less often. */
const REFRESH_MILLIS = 10_000;

/** Alerting rule with its group. */
export interface AlertRule extends PrometheusAlertingRule {
  readonly group: string;
  readonly file: string;
}

/** Pending or firing alert with its rule. */
export interface Alert {
  /** Key, unique among alerts. */
  readonly key: string;
  readonly rule: AlertRule;
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Service that the alert names. Undefined if its labels name none. */
  readonly service: string | undefined;
  /** Time since which the condition holds, in milliseconds since 1970. */
  readonly activeMillis: number;
  readonly value: number;
}

/** Query for all alerting rules with their alerts. Pages and the navigation share its answer. */
export const alertRulesQuery = () =>
  queryOptions({
    queryKey: ['alert-rules'],
    refetchInterval: REFRESH_MILLIS,
    queryFn: async ({ signal }): Promise<AlertRule[]> => {
      const answer = await getJson({ path: '/api/v1/rules', params: { type: 'alert' }, signal });
      const { data } = answer as PrometheusSuccess<{ readonly groups: readonly PrometheusRuleGroup[] }>;
      return data.groups.flatMap(({ name, file, rules }) =>
        rules.flatMap((rule) => (rule.type === 'alerting' ? [{ ...rule, group: name, file }] : [])),
      );
    },
  });

/** Returns the alerts of all rules: firing ones first, then the latest. */
export const alertsOf = (rules: readonly AlertRule[]): Alert[] =>
  rules
    .flatMap((rule) =>
      rule.alerts.map(({ labels, annotations, state, activeAt, value }): Alert => ({
        key: JSON.stringify([rule.file, rule.group, rule.name, labels]),
        rule,
        state,
        labels,
        annotations,
        service: serviceOf(labels),
        activeMillis: Date.parse(activeAt),
        value: Number(value),
      })),
    )
    .sort(
      (a, b) =>
        Number(b.state === 'firing') - Number(a.state === 'firing') || b.activeMillis - a.activeMillis,
    );

/** Label names that name a service, in order of precedence. */
const SERVICE_LABELS = ['service', 'service_name', 'exported_job'];

export const serviceOf = (labels: Readonly<Record<string, string>>): string | undefined =>
  SERVICE_LABELS.map((name) => labels[name]).find((value) => value !== undefined && value !== '');
