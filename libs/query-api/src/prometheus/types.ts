/** Answers of Prometheus' HTTP API. @see https://prometheus.io/docs/prometheus/latest/querying/api/ */
export interface PrometheusSuccess<Data> {
  readonly status: 'success';
  readonly data: Data;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

export interface PrometheusFailure {
  readonly status: 'error';
  readonly errorType: PrometheusErrorType;
  readonly error: string;
}

export type PrometheusErrorType =
  | 'bad_data'
  | 'canceled'
  | 'execution'
  | 'internal'
  | 'not_acceptable'
  | 'not_found'
  | 'timeout'
  | 'unavailable';

/** Time in seconds, and the value as text. */
export type PrometheusPoint = readonly [time: number, value: string];

/** Bucket of a histogram: 0 open left, 1 open right, 2 open both, 3 closed both; bounds and count. */
export type PrometheusBucket = readonly [kind: number, lower: string, upper: string, count: string];

export interface PrometheusHistogram {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly PrometheusBucket[];
}

export type PrometheusHistogramPoint = readonly [time: number, histogram: PrometheusHistogram];

export interface PrometheusVectorSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: PrometheusPoint;
  readonly histogram?: PrometheusHistogramPoint;
}

export interface PrometheusSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly PrometheusPoint[];
  readonly histograms?: readonly PrometheusHistogramPoint[];
}

export type PrometheusQueryData =
  | { readonly resultType: 'vector'; readonly result: readonly PrometheusVectorSample[] }
  | { readonly resultType: 'matrix'; readonly result: readonly PrometheusSeries[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: PrometheusPoint };

export interface PrometheusExemplars {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly exemplars: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: string;
    readonly timestamp: number;
  }[];
}

export interface PrometheusMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

export interface PrometheusAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  readonly activeAt: string;
  readonly keepFiringSince?: string;
  readonly value: string;
}

/** Whether a rule or a target did well the last time; `unknown` before the first time. */
export type PrometheusHealth = 'unknown' | 'ok' | 'err';

export interface PrometheusRule {
  readonly name: string;
  readonly query: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly health: PrometheusHealth;
  readonly lastError?: string;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
}

export interface PrometheusAlertingRule extends PrometheusRule {
  readonly type: 'alerting';
  readonly state: 'inactive' | 'pending' | 'firing' | 'unknown';
  readonly duration: number;
  readonly keepFiringFor: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly alerts: readonly PrometheusAlert[];
}

export interface PrometheusRecordingRule extends PrometheusRule {
  readonly type: 'recording';
}

export interface PrometheusRuleGroup {
  readonly name: string;
  readonly file: string;
  readonly rules: readonly (PrometheusAlertingRule | PrometheusRecordingRule)[];
  readonly interval: number;
  readonly limit: number;
  readonly evaluationTime: number;
  readonly lastEvaluation: string;
}

export interface PrometheusTarget {
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly globalUrl: string;
  readonly lastError: string;
  readonly lastScrape: string;
  readonly lastScrapeDuration: number;
  readonly health: 'up' | 'down' | 'unknown';
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
}
