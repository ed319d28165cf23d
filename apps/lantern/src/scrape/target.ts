import type { PrometheusTarget } from '@lantern/query-api';
import { SeriesLabels } from '@lantern/telemetry-model';
import { SampleBatch, type MetricStore } from '@lantern/telemetry-store';
import { ACCEPT, ExpositionError, parseExposition, parseSeriesText } from './exposition.js';
import { relabel, type LabelMap } from './relabel.js';
import type { ScrapeConfig } from './scrape-config.js';

/** Limit on the answer of a target. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;
/** Prefix of labels that targets alone have. */
const META_PREFIX = '__';

export interface TargetOptions {
  readonly config: ScrapeConfig;
  readonly intervalMillis: number;
  readonly timeoutMillis: number;
  /** Labels before relabeling. */
  readonly discovered: ReadonlyMap<string, string>;
  /** Labels after relabeling. */
  readonly labels: ReadonlyMap<string, string>;
  readonly store: MetricStore;
}

/** Target that is scraped at its interval. Two targets with the same key are the same target. */
export class Target {
  readonly key: string;
  readonly url: string;
  /** Labels that all series of the target get. */
  private readonly own: SeriesLabels;
  /** Labels of series by their text; undefined for dropped ones. */
  private known = new Map<string, SeriesLabels | undefined>();
  /** Series of the last scrape that have no time of their own. */
  private last = new Map<string, SeriesLabels>();
  private lastError = '';
  private lastScrapeMillis: number | undefined;
  private lastDurationMillis = 0;
  private hasReports = false;

  constructor(private readonly options: TargetOptions) {
    const { config, labels } = options;
    const scheme = labels.get('__scheme__') ?? config.scheme;
    const path = labels.get('__metrics_path__') ?? config.metrics_path;
    const url = new URL(`${scheme}://${labels.get('__address__') ?? ''}`);
    url.pathname = path;
    for (const [name, values] of Object.entries(config.params))
      for (const value of values) url.searchParams.append(name, value);
    for (const [name, value] of labels)
      if (name.startsWith('__param_')) url.searchParams.set(name.slice('__param_'.length), value);
    this.url = url.href;
    this.own = SeriesLabels.of([...labels].filter(([name]) => !name.startsWith(META_PREFIX)));
    this.key = JSON.stringify([this.url, this.own, config.job_name]);
  }

  get intervalMillis(): number {
    return this.options.intervalMillis;
  }

  /** Scrapes the target once and stores what it answers. Never rejects because of the target. */
  async scrape(signal: AbortSignal): Promise<void> {
    const startMillis = Date.now();
    const batch = new SampleBatch();
    let scraped = 0;
    let kept = 0;
    let added = 0;
    const current = new Map<string, SeriesLabels>();
    // Until the scrape is over, its target is what the last one found.
    let problem = '';
    try {
      const { text, contentType } = await this.fetch(signal);
      ({ scraped, kept, added } = this.addSamples(
        batch,
        parseExposition(text, contentType),
        startMillis,
        current,
      ));
    } catch (error) {
      if (signal.aborted) return;
      problem = explain(error, this.options.timeoutMillis);
      current.clear();
    }
    this.endMissing(batch, current, startMillis);
    this.last = current;
    this.lastError = problem;
    this.lastScrapeMillis = startMillis;
    this.lastDurationMillis = Date.now() - startMillis;
    this.addReports(batch, startMillis, {
      up: problem === '' ? 1 : 0,
      scrape_duration_seconds: this.lastDurationMillis / 1000,
      scrape_samples_scraped: scraped,
      scrape_samples_post_metric_relabeling: kept,
      scrape_series_added: added,
    });
    await this.options.store.append(batch);
  }

  /** Ends all series of a target that is no longer scraped. */
  async end(): Promise<void> {
    const batch = new SampleBatch();
    const now = Date.now();
    this.endMissing(batch, new Map(), now);
    this.last.clear();
    if (this.hasReports)
      for (const name of REPORTS) batch.addStale(batch.addSeries(this.own.with('__name__', name)), now);
    await this.options.store.append(batch);
  }

  describe(): PrometheusTarget {
    const { config, discovered, intervalMillis, timeoutMillis } = this.options;
    return {
      discoveredLabels: Object.fromEntries(discovered),
      labels: this.own.toRecord(),
      scrapePool: config.job_name,
      scrapeUrl: this.url,
      globalUrl: this.url,
      lastError: this.lastError,
      lastScrape: new Date(this.lastScrapeMillis ?? -62_135_596_800_000).toISOString(),
      lastScrapeDuration: this.lastDurationMillis / 1000,
      health: this.lastScrapeMillis === undefined ? 'unknown' : this.lastError === '' ? 'up' : 'down',
      scrapeInterval: `${intervalMillis / 1000}s`,
      scrapeTimeout: `${timeoutMillis / 1000}s`,
    };
  }

  private async fetch(signal: AbortSignal): Promise<{ text: string; contentType: string }> {
    const { config, timeoutMillis } = this.options;
    const { basic_auth: basic, authorization } = config;
    const headers: Record<string, string> = {
      accept: ACCEPT,
      'x-prometheus-scrape-timeout-seconds': String(timeoutMillis / 1000),
    };
    if (basic)
      headers.authorization = `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
    if (authorization) headers.authorization = `${authorization.type} ${authorization.credentials}`;
    const response = await fetch(this.url, {
      headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new ExpositionError(
        `server returned HTTP status ${response.status} ${response.statusText}`.trim(),
      );
    }
    return { text: await boundedText(response), contentType: response.headers.get('content-type') ?? '' };
  }

  private addSamples(
    batch: SampleBatch,
    { samples, metadata }: ReturnType<typeof parseExposition>,
    startMillis: number,
    current: Map<string, SeriesLabels>,
  ): { scraped: number; kept: number; added: number } {
    const { config } = this.options;
    if (config.sample_limit > 0 && samples.length > config.sample_limit)
      throw new ExpositionError(
        `sample limit exceeded: ${samples.length} samples, limit ${config.sample_limit}`,
      );
    const known = new Map<string, SeriesLabels | undefined>();
    let kept = 0;
    let added = 0;
    for (const { text, value, timestampMillis, exemplar } of samples) {
      const labels = this.known.has(text) ? this.known.get(text) : this.labelsOf(text);
      known.set(text, labels);
      if (!labels) continue;
      kept++;
      const series = batch.addSeries(labels);
      const hasOwnTime = config.honor_timestamps && timestampMillis !== undefined;
      batch.add(series, hasOwnTime ? timestampMillis : startMillis, value);
      if (exemplar) {
        const time = exemplar.timestampMillis ?? startMillis;
        batch.addExemplar(series, { ...exemplar, timestampMillis: time });
      }
      if (!this.last.has(text)) added++;
      if (!hasOwnTime) current.set(text, labels);
    }
    batch.metadata.push(...metadata);
    // Only texts of the last scrape are remembered, so that changing labels do not fill the memory.
    this.known = known;
    return { scraped: samples.length, kept, added };
  }

  /** Returns the labels under which a series of the target is stored; undefined for a dropped one. */
  private labelsOf(text: string): SeriesLabels | undefined {
    const { config } = this.options;
    const exposed = parseSeriesText(text);
    if (!exposed) throw new ExpositionError(`invalid series ${JSON.stringify(text.slice(0, 200))}`);
    const labels: LabelMap = new Map(exposed.entries());
    for (const [name, value] of this.own.entries()) {
      const existing = labels.get(name);
      if (existing !== undefined && config.honor_labels) continue;
      if (existing !== undefined) labels.set(`exported_${name}`, existing);
      labels.set(name, value);
    }
    return relabel(labels, config.metric_relabel_configs) ? SeriesLabels.of(labels) : undefined;
  }

  /** Writes a staleness marker to each series that the last scrape had and this one has not. */
  private endMissing(batch: SampleBatch, current: ReadonlyMap<string, SeriesLabels>, millis: number): void {
    for (const [text, labels] of this.last)
      if (!current.has(text)) batch.addStale(batch.addSeries(labels), millis);
  }

  private addReports(batch: SampleBatch, millis: number, reports: Readonly<Record<Report, number>>): void {
    this.hasReports = true;
    for (const name of REPORTS)
      batch.add(batch.addSeries(this.own.with('__name__', name)), millis, reports[name]);
  }
}

/** Series that a scrape adds about itself. */
const REPORTS = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const;
type Report = (typeof REPORTS)[number];

/** Reads the body of an answer up to a limit. */
const boundedText = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body as ReadableStream<Uint8Array> | null) ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES)
      throw new ExpositionError(`body size limit exceeded: ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

const explain = (error: unknown, timeoutMillis: number): string => {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `context deadline exceeded: no answer within ${timeoutMillis / 1000}s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return cause ? `${message}: ${cause.message || (cause as { code?: string }).code}` : message;
};
