/** The JSON of `GET /api/metrics/*`: OpenMetrics, as proto3 JSON writes it. No envelope is around it. */
export interface MetricFamily {
  readonly name: string;
  readonly type: 'GAUGE';
  readonly help: string;
  /** Empty for services without calls: Jaeger's UI fails where the list is absent. */
  readonly metrics: readonly Metric[];
}

export interface Metric {
  /** The first one is `service_name`: clients read it by its place. */
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  readonly metricPoints: readonly MetricPoint[];
}

export interface MetricPoint {
  /** JSON has no word for what is not a number. */
  readonly gaugeValue: { readonly doubleValue: number | 'NaN' };
  /** RFC 3339. */
  readonly timestamp: string;
}
