import {
  createMatcher,
  evaluateInstant,
  formatPromql,
  parsePromql,
  type Expr,
  type VectorSample,
} from '@lantern/promql';
import type {
  PrometheusAlert,
  PrometheusAlertingRule,
  PrometheusHealth,
  PrometheusRecordingRule,
} from '@lantern/query-api';
import {
  METRIC_NAME,
  SeriesLabels,
  type NativeHistogram,
  type SeriesMatcher,
} from '@lantern/telemetry-model';
import type { MetricStore } from '@lantern/telemetry-store';
import { AlertTemplate, type TemplateScope } from './alert-template.js';
import { Alerts, type Alert, type AlertResult } from './alert.js';
import type { RuleConfig } from './rule-file.js';

/** Age up to which the state of an earlier process is restored, as in Prometheus. */
const RESTORE_MILLIS = 3_600_000;

/** Sample that a rule adds to the store. */
export interface RuleSample {
  readonly labels: SeriesLabels;
  readonly value: number;
  readonly histogram?: NativeHistogram;
}

export interface RuleContext {
  readonly store: MetricStore;
  /** Labels that the group adds to every rule. */
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly limit: number;
  readonly defaultStepMillis: number;
  /** Address of Lantern's UI, for templates. */
  readonly externalUrl: () => string;
  readonly signal: AbortSignal;
}

/** Time of an evaluation that never was, as Go writes it. */
export const NEVER = '0001-01-01T00:00:00Z';

export const isoTime = (millis: number | undefined): string =>
  millis === undefined ? NEVER : new Date(millis).toISOString();

/** Rule with the outcome of its last evaluation. */
abstract class EvaluatedRule {
  protected readonly expr: Expr;
  private health: PrometheusHealth = 'unknown';
  private lastError = '';
  private lastEvaluation: number | undefined;
  private evaluationMillis = 0;

  constructor(
    protected readonly config: RuleConfig,
    protected readonly context: RuleContext,
  ) {
    this.expr = parsePromql(config.expr);
  }

  /** Evaluates the rule. @returns its samples; none after an error, which is kept for the API */
  async evaluate(now: number, queryOffsetMillis: number): Promise<readonly RuleSample[]> {
    const start = performance.now();
    try {
      const samples = await this.run(now, queryOffsetMillis);
      this.health = 'ok';
      this.lastError = '';
      return samples;
    } catch (error) {
      this.health = 'err';
      this.lastError = (error as Error).message;
      return [];
    } finally {
      this.lastEvaluation = now;
      this.evaluationMillis = performance.now() - start;
    }
  }

  get error(): string {
    return this.lastError;
  }

  get wasEvaluated(): boolean {
    return this.lastEvaluation !== undefined;
  }

  protected abstract run(now: number, queryOffsetMillis: number): Promise<readonly RuleSample[]>;

  protected async query(timeMillis: number): Promise<readonly VectorSample[]> {
    const { limit } = this.context;
    const samples = await this.samplesOf(this.expr, timeMillis);
    if (limit > 0 && samples.length > limit)
      throw new Error(`exceeded limit of ${limit} with ${samples.length} series`);
    return samples;
  }

  protected async samplesOf(expr: Expr, timeMillis: number): Promise<readonly VectorSample[]> {
    const { store, signal, defaultStepMillis } = this.context;
    const { value } = await evaluateInstant(expr, timeMillis, store, { signal, defaultStepMillis });
    if (value.type === 'scalar') return [{ labels: SeriesLabels.EMPTY, value: value.value }];
    if (value.type !== 'vector') throw new Error('rule result is not a vector or scalar');
    return value.samples;
  }

  protected about(name: string) {
    const labels = { ...this.context.groupLabels, ...this.config.labels };
    return {
      name,
      query: formatPromql(this.expr),
      ...(Object.keys(labels).length > 0 ? { labels } : undefined),
      health: this.health,
      ...(this.lastError === '' ? undefined : { lastError: this.lastError }),
      evaluationTime: this.evaluationMillis / 1000,
      lastEvaluation: isoTime(this.lastEvaluation),
    };
  }
}

/** Rule that stores the result of its expression as series. */
export class RecordingRule extends EvaluatedRule {
  describe(): PrometheusRecordingRule {
    return { ...this.about(this.config.record ?? ''), type: 'recording' };
  }

  protected async run(now: number, queryOffsetMillis: number): Promise<readonly RuleSample[]> {
    const own = { ...this.context.groupLabels, ...this.config.labels };
    const keys = new Set<string>();
    return (await this.query(now - queryOffsetMillis)).map((sample) => {
      const labels = SeriesLabels.of([
        ...sample.labels.entries(),
        ...Object.entries(own),
        [METRIC_NAME, this.config.record ?? ''],
      ]);
      if (keys.has(labels.key))
        throw new Error('vector contains metrics with the same labelset after applying rule labels');
      keys.add(labels.key);
      return { ...sample, labels };
    });
  }
}

/** Rule that raises an alert for each series of its result. */
export class AlertingRule extends EvaluatedRule {
  readonly name: string;
  private readonly alerts: Alerts;
  private readonly labelTemplates: readonly (readonly [string, AlertTemplate])[];
  private readonly annotationTemplates: readonly (readonly [string, AlertTemplate])[];
  private isRestored = false;

  constructor(config: RuleConfig, context: RuleContext) {
    super(config, context);
    this.name = config.alert ?? '';
    this.alerts = new Alerts({ forMillis: config.for, keepFiringForMillis: config.keep_firing_for });
    const templates = (texts: Readonly<Record<string, string>>) =>
      Object.entries(texts).map(
        ([name, text]) => [name, new AlertTemplate(text, `__alert_${this.name}`)] as const,
      );
    this.labelTemplates = templates({ ...context.groupLabels, ...config.labels });
    this.annotationTemplates = templates(config.annotations);
  }

  /** All alerts, also those that were resolved a short time ago. */
  allAlerts(): Iterable<Alert> {
    return this.alerts.values();
  }

  /** Address of the page that shows the expression, relative to the UI. */
  get expression(): string {
    return formatPromql(this.expr);
  }

  activeAlerts(): PrometheusAlert[] {
    return this.alerts.active.map((alert) => ({
      labels: alert.labels.toRecord(),
      annotations: alert.annotations.toRecord(),
      state: alert.state === 'firing' ? 'firing' : 'pending',
      activeAt: isoTime(alert.activeAt),
      ...(alert.keepFiringSince === undefined
        ? undefined
        : { keepFiringSince: isoTime(alert.keepFiringSince) }),
      value: exponentText(alert.value),
    }));
  }

  describe(): PrometheusAlertingRule {
    const alerts = this.activeAlerts();
    const isFiring = alerts.some(({ state }) => state === 'firing');
    const state = isFiring ? 'firing' : alerts.length > 0 ? 'pending' : 'inactive';
    return {
      ...this.about(this.name),
      type: 'alerting',
      state: this.wasEvaluated ? state : 'unknown',
      duration: this.config.for / 1000,
      keepFiringFor: this.config.keep_firing_for / 1000,
      annotations: this.config.annotations,
      alerts,
    };
  }

  protected async run(now: number, queryOffsetMillis: number): Promise<readonly RuleSample[]> {
    const results = new Map<string, AlertResult>();
    const timeMillis = now - queryOffsetMillis;
    const scope: TemplateScope = {
      timeMillis,
      externalUrl: this.context.externalUrl(),
      query: (expression) => this.samplesOf(parsePromql(expression), timeMillis),
    };
    for (const { labels, value } of await this.query(timeMillis)) {
      const result = await this.resultOf(labels, value, scope);
      if (results.has(result.labels.key))
        throw new Error('vector contains metrics with the same labelset after applying alert labels');
      results.set(result.labels.key, result);
    }
    this.alerts.update([...results.values()], now);
    if (!this.isRestored) await this.restore(now);
    this.isRestored = true;
    return this.alerts.active.flatMap((alert) => alertSamples(alert));
  }

  private async resultOf(
    sampleLabels: SeriesLabels,
    value: number,
    scope: TemplateScope,
  ): Promise<AlertResult> {
    const record = sampleLabels.toRecord();
    const labels = new Map(sampleLabels.withoutMetricName().entries());
    for (const [name, template] of this.labelTemplates)
      labels.set(name, await template.expand(record, value, scope));
    labels.set('alertname', this.name);
    const annotations = new Map<string, string>();
    for (const [name, template] of this.annotationTemplates)
      annotations.set(name, await template.expand(record, value, scope));
    return { labels: SeriesLabels.of(labels), annotations: SeriesLabels.of(annotations), value };
  }

  /** Restores since when alerts are active, from the series that an earlier process stored. */
  private async restore(now: number): Promise<void> {
    if (this.config.for === 0) return;
    const matchers: SeriesMatcher[] = [
      createMatcher(METRIC_NAME, '=', 'ALERTS_FOR_STATE'),
      createMatcher('alertname', '=', this.name),
    ];
    // The samples of this process begin at this evaluation.
    const range = { startMillis: now - RESTORE_MILLIS, endMillis: now - 1 };
    for await (const chunk of this.context.store.select(matchers, range)) {
      for (const { labels, timestamps, values } of chunk) {
        const last = values.findLastIndex((value) => !Number.isNaN(value));
        if (last < 0 || last < values.length - 1) continue;
        const activeAt = (values[last] ?? 0) * 1000;
        this.alerts.restore(labels.withoutMetricName(), activeAt, timestamps[last] ?? 0, now);
      }
    }
  }
}

const alertSamples = (alert: Alert): RuleSample[] => [
  {
    labels: alert.labels.with(METRIC_NAME, 'ALERTS').with('alertstate', alert.state),
    value: 1,
  },
  {
    labels: alert.labels.with(METRIC_NAME, 'ALERTS_FOR_STATE'),
    value: Math.floor(alert.activeAt / 1000),
  },
];

/** Returns a number with an exponent of at least two digits, as the API of alerts prints it. */
const exponentText = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
};
