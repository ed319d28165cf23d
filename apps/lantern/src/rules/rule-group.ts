import type { PrometheusRuleGroup } from '@lantern/query-api';
import type { SeriesLabels } from '@lantern/telemetry-model';
import { SampleBatch } from '@lantern/telemetry-store';
import { AlertingRule, RecordingRule, isoTime, type RuleContext, type RuleSample } from './rule.js';
import type { GroupConfig } from './rule-file.js';

export interface GroupOptions extends Omit<RuleContext, 'groupLabels' | 'limit'> {
  readonly file: string;
  readonly config: GroupConfig;
  /** Interval of groups that name none. */
  readonly intervalMillis: number;
  readonly report: (message: string) => void;
  /** Called with the alerting rules after each evaluation. */
  readonly onEvaluated: (rules: readonly AlertingRule[], now: number, intervalMillis: number) => void;
}

type Rule = RecordingRule | AlertingRule;

/** Rules of a group, which are evaluated one after the other at one time. */
export class RuleGroup {
  readonly rules: readonly Rule[];
  readonly intervalMillis: number;
  private lastEvaluation: number | undefined;
  private evaluationMillis = 0;
  /** Series that the last evaluation of each rule stored. */
  private readonly stored = new Map<Rule, Map<string, SeriesLabels>>();
  private readonly reported = new Map<Rule, string>();

  constructor(private readonly options: GroupOptions) {
    const { config } = options;
    this.intervalMillis = config.interval ?? options.intervalMillis;
    const context: RuleContext = { ...options, groupLabels: config.labels, limit: config.limit };
    this.rules = config.rules.map((rule) =>
      rule.record === undefined ? new AlertingRule(rule, context) : new RecordingRule(rule, context),
    );
  }

  get alertingRules(): AlertingRule[] {
    return this.rules.filter((rule) => rule instanceof AlertingRule);
  }

  async evaluate(now: number): Promise<void> {
    const start = performance.now();
    for (const rule of this.rules) {
      const samples = await rule.evaluate(now, this.options.config.query_offset);
      if (this.options.signal.aborted) return;
      // A later rule of the group may read what an earlier one records.
      await this.store(rule, samples, now);
      this.reportError(rule);
    }
    this.lastEvaluation = now;
    this.evaluationMillis = performance.now() - start;
    this.options.onEvaluated(this.alertingRules, now, this.intervalMillis);
  }

  /** Ends the series of a group that is no longer evaluated. */
  async end(now: number): Promise<void> {
    for (const rule of this.rules) await this.store(rule, [], now);
  }

  describe(): PrometheusRuleGroup {
    return {
      name: this.options.config.name,
      file: this.options.file,
      rules: this.rules.map((rule) => rule.describe()),
      interval: this.intervalMillis / 1000,
      limit: this.options.config.limit,
      evaluationTime: this.evaluationMillis / 1000,
      lastEvaluation: isoTime(this.lastEvaluation),
    };
  }

  private async store(rule: Rule, samples: readonly RuleSample[], now: number): Promise<void> {
    const batch = new SampleBatch();
    const current = new Map<string, SeriesLabels>();
    for (const { labels, value, histogram } of samples) {
      const series = batch.addSeries(labels);
      if (histogram) batch.addHistogram(series, now, histogram);
      else batch.add(series, now, value);
      current.set(labels.key, labels);
    }
    for (const [key, labels] of this.stored.get(rule) ?? [])
      if (!current.has(key)) batch.addStale(batch.addSeries(labels), now);
    this.stored.set(rule, current);
    if (batch.length > 0) await this.options.store.append(batch);
  }

  /** Reports an error of a rule when it is new. */
  private reportError(rule: Rule): void {
    const { error } = rule;
    if (error !== '' && error !== this.reported.get(rule))
      this.options.report(`The rule ${rule.describe().name} of ${this.options.file} failed: ${error}`);
    this.reported.set(rule, error);
  }
}
