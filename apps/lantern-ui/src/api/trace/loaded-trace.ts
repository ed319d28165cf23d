import {
  readTraceRequestJson,
  type ResourceSpansJson,
  type ScopeSpansJson,
  type SpanEventJson,
  type SpanJson,
  type TraceRequestJson,
} from '@lantern/otlp/json';
import {
  Dictionary,
  MISSING_SERVICE_NAME,
  StatusCode,
  at,
  buildCallTree,
  buildSpanTable,
  criticalPath,
  criticalTimes,
  durationOf,
  operationOf,
  selfTimes,
  serviceOf,
  spanStatistics,
  timeTaken,
  type CallTree,
  type CriticalPath,
  type SpanId,
  type SpanRow,
  type SpanTable,
  type Trace,
  type TraceId,
} from '@lantern/telemetry-model';
import { DETECTION_KINDS, TraceFacts, describeTrace, detect, genAiUsageOf } from '@lantern/trace-analysis';
import { spanKindName } from '../span-kind.js';
import { errorMessageOf } from './error-message.js';
import { httpStatusOf, systemOf } from './span-badges.js';
import { FindQuery } from './find-query.js';
import { textOf, valueText } from './span-texts.js';
import type {
  BadgeColumns,
  ComparedTrace,
  EventColumns,
  Failure,
  GroupKey,
  ModelUsage,
  NamedDetection,
  NamedStatistics,
  SortColumn,
  TraceOverview,
} from './trace-api.js';

interface Origin {
  readonly span: SpanJson;
  readonly scope: ScopeSpansJson;
  readonly group: ResourceSpansJson;
}

/** Trace as received from Lantern, with computed data. */
export class LoadedTrace {
  readonly table: SpanTable;
  readonly self: Float64Array;
  readonly path: CriticalPath;
  readonly critical: Float64Array;
  /** Spans by row. */
  private readonly spans: readonly Origin[];
  private readonly resourceSpans: readonly ResourceSpansJson[];
  private builtCallTree: CallTree | undefined;
  private foundDetections: readonly NamedDetection[] | undefined;

  constructor(
    /** Canonical OTLP/JSON, as Lantern writes it: hex IDs, times as decimal strings, no zero values. */
    resourceSpans: readonly ResourceSpansJson[],
    readonly version: string,
  ) {
    this.resourceSpans = resourceSpans;
    const spans: Origin[] = [];
    const rows: SpanRow[] = [];
    for (const group of resourceSpans) {
      const service = textOf(group.resource.attributes, 'service.name') ?? MISSING_SERVICE_NAME;
      for (const scope of group.scopeSpans) {
        for (const span of scope.spans) {
          spans.push({ span, scope, group });
          rows.push(rowOf(span, service));
        }
      }
    }
    this.table = buildSpanTable(rows);
    this.spans = Array.from(this.table.source, (place) => spans[place]).filter(
      (origin) => origin !== undefined,
    );
    const { table } = this;
    const times = timed('critical path', () => {
      const path = criticalPath(table);
      return { self: selfTimes(table), path, critical: criticalTimes(table, path) };
    });
    this.self = times.self;
    this.path = times.path;
    this.critical = times.critical;
  }

  overview(): TraceOverview {
    const { version, table, self, critical, path } = this;
    return {
      version,
      table,
      self,
      critical,
      path,
      timeTaken: timeTaken(table, path),
      failure: this.failure(),
      badges: this.badges(),
      modelUsage: this.modelUsage(),
      events: this.events(),
      attributeKeys: this.attributeKeys(),
    };
  }

  /**
   * Returns the rows that contain the text in a name, an ID, the status, `key=value` of an attribute, or an event.
   */
  find(text: string): Uint32Array {
    const query = new FindQuery(text);
    if (query.words.length === 0) return new Uint32Array();
    // All rows share few services, operations and resources.
    const services = this.table.services.map((service) => query.isIn(service));
    const names = this.table.names.map((name) => query.isIn(name));
    const groups = new Map<ResourceSpansJson, boolean>();
    const rows: number[] = [];
    for (const [row, { span, group }] of this.spans.entries()) {
      let isInGroup = groups.get(group);
      if (isInGroup === undefined)
        groups.set(group, (isInGroup = isInAttributes(group.resource.attributes, query)));
      if (
        isInGroup ||
        services[at(this.table.service, row)] === true ||
        names[at(this.table.name, row)] === true ||
        query.isIn(span.spanId) ||
        query.isIn(span.status.message ?? '') ||
        isInAttributes(span.attributes, query) ||
        (span.events ?? []).some(
          ({ name = '', attributes }) => query.isIn(name) || isInAttributes(attributes, query),
        )
      ) {
        rows.push(row);
      }
    }
    return Uint32Array.from(rows);
  }

  span(row: number): TraceRequestJson {
    const origin = this.spans[row];
    if (origin === undefined) return { resourceSpans: [] };
    const { span, scope, group } = origin;
    return { resourceSpans: [{ ...group, scopeSpans: [{ ...scope, spans: [span] }] }] };
  }

  statistics(groupBy: readonly GroupKey[]): NamedStatistics[] {
    return timed('statistics', () => this.computeStatistics(groupBy));
  }

  private computeStatistics(groupBy: readonly GroupKey[]): NamedStatistics[] {
    const { table, self, critical } = this;
    const keys = new Dictionary();
    const values: (string | undefined)[][] = [];
    const groupOf = Uint32Array.from(table.spanIds, (_, row) => {
      const ofRow = groupBy.map((key) => this.valueOf(row, key));
      const place = keys.placeOf(JSON.stringify(ofRow));
      values[place] ??= ofRow;
      return place;
    });
    return spanStatistics(table, groupOf, { self, critical }).map((statistics) => ({
      ...statistics,
      values: values[statistics.group] ?? [],
    }));
  }

  callTree(): CallTree {
    return (this.builtCallTree ??= buildCallTree(this.table, { self: this.self, critical: this.critical }));
  }

  detections(): readonly NamedDetection[] {
    return (this.foundDetections ??= timed('detections', () =>
      detect(this.facts()).map((detection) => ({ ...detection, ...DETECTION_KINDS[detection.kind] })),
    ));
  }

  describe(baseUrl: string): string {
    return describeTrace(this.facts(), { baseUrl });
  }

  sort(by: SortColumn, direction: 1 | -1): Uint32Array {
    const { table } = this;
    const rows = Uint32Array.from(table.spanIds, (_, row) => row);
    const ranks = { service: table.service, operation: rankOf(table) };
    const keyOf: Record<SortColumn, (row: number) => number> = {
      row: (row) => row,
      service: (row) => at(ranks.service, row),
      operation: (row) => at(ranks.operation, row),
      start: (row) => at(table.start, row),
      duration: (row) => durationOf(table, row),
      self: (row) => at(this.self, row),
      critical: (row) => at(this.critical, row),
    };
    const keys = Float64Array.from(rows, keyOf[by]);
    return rows.sort((a, b) => (at(keys, a) - at(keys, b)) * direction || a - b);
  }

  summary(traceId: TraceId): Omit<ComparedTrace, 'file'> {
    const { table } = this;
    return {
      traceId,
      service: table.length === 0 ? '' : serviceOf(table, 0),
      operation: table.length === 0 ? '' : operationOf(table, 0),
      startUnixNano: table.startUnixNano,
      durationNano: table.duration,
      spanCount: table.length,
      errorCount: table.errorCount,
    };
  }

  /** Returns the decoded spans. They take more memory than the JSON, so they are not kept. */
  model(): Trace {
    const { resourceSpans } = readTraceRequestJson({ resourceSpans: [...this.resourceSpans] });
    const [first] = this.spans;
    return { traceId: (first?.span.traceId ?? '') as TraceId, resourceSpans };
  }

  private facts(): TraceFacts {
    const { traceId, resourceSpans } = this.model();
    return new TraceFacts(traceId, resourceSpans);
  }

  private valueOf(row: number, key: GroupKey): string | undefined {
    const span = this.spans[row]?.span;
    if (key === 'service') return serviceOf(this.table, row);
    if (key === 'operation') return operationOf(this.table, row);
    if (key === 'kind') return spanKindName(at(this.table.kind, row));
    if (key === 'status')
      return at(this.table.isError, row) === 1
        ? 'error'
        : span?.status.code === StatusCode.ok
          ? 'OK'
          : 'unset';
    return textOf(span?.attributes, key.slice(1));
  }

  /**
   * Returns the failed span without failed descendants that ended first: its ancestors usually only report its error.
   */
  private failure(): Failure | undefined {
    const { isError, errorsBelow, end } = this.table;
    let first = -1;
    let count = 0;
    for (let row = 0; row < this.table.length; row++) {
      if (at(isError, row) === 0 || at(errorsBelow, row) > 0) continue;
      count++;
      if (first === -1 || at(end, row) < at(end, first)) first = row;
    }
    const span = this.spans[first]?.span;
    return span && { row: first, message: errorMessageOf(span), others: count - 1 };
  }

  private badges(): BadgeColumns {
    const words = new Dictionary(['']);
    const place = (text: string | undefined) => (text === undefined ? 0 : words.placeOf(text.slice(0, 24)));
    const status = Uint32Array.from(this.spans, ({ span }) => place(httpStatusOf(span.attributes)));
    const system = Uint32Array.from(this.spans, ({ span }) => place(systemOf(span.attributes)));
    return { words: words.words, status, system };
  }

  private modelUsage(): ModelUsage[] {
    const byModel = new Map<string, ModelUsage>();
    for (const { span } of this.spans) {
      if (span.attributes?.some(({ key }) => key.startsWith('gen_ai.')) !== true) continue;
      const usage = genAiUsageOf((key) => textOf(span.attributes, key));
      // An agent reports the tokens of the calls below it again, and a tool has none.
      if (usage === undefined || /^(?:invoke_agent|create_agent|execute_tool)$/.test(usage.operation))
        continue;
      const before = byModel.get(usage.model);
      byModel.set(usage.model, {
        ...usage,
        calls: (before?.calls ?? 0) + 1,
        inputTokens: (before?.inputTokens ?? 0) + (usage.inputTokens ?? 0),
        outputTokens: (before?.outputTokens ?? 0) + (usage.outputTokens ?? 0),
      });
    }
    return [...byModel.values()].sort((a, b) => tokensOf(b) - tokensOf(a));
  }

  private events(): EventColumns {
    const row: number[] = [];
    const time: number[] = [];
    const isException: number[] = [];
    const texts: string[] = [];
    for (const [at, { span }] of this.spans.entries()) {
      const events = (span.events ?? [])
        .map((event) => ({ event, time: Number(BigInt(event.timeUnixNano ?? 0) - this.table.startUnixNano) }))
        .sort((a, b) => a.time - b.time);
      for (const { event, time: offset } of events) {
        row.push(at);
        time.push(offset);
        isException.push(Number(event.name === 'exception'));
        texts.push(eventText(event));
      }
    }
    return {
      row: Uint32Array.from(row),
      time: Float64Array.from(time),
      isException: Uint8Array.from(isException),
      texts,
    };
  }

  private attributeKeys(): string[] {
    const counts = new Map<string, number>();
    for (const { span } of this.spans) {
      for (const { key } of span.attributes ?? []) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts]
      .sort(([a, times], [b, others]) => others - times || (a < b ? -1 : 1))
      .slice(0, MOST_KEYS)
      .map(([key]) => key);
  }
}

const tokensOf = ({ inputTokens, outputTokens }: ModelUsage): number => inputTokens + outputTokens;

/** Records a performance measure, which browser tools and the benchmark read. */
const timed = <T>(name: string, work: () => T): T => {
  const start = performance.now();
  const result = work();
  // Keeps one measure per name.
  performance.clearMeasures(name);
  performance.measure(name, { start });
  return result;
};

/** Maximum number of attribute keys on offer. */
const MOST_KEYS = 200;

const rowOf = (span: SpanJson, service: string): SpanRow => ({
  spanId: span.spanId as SpanId,
  parentSpanId: span.parentSpanId as SpanId | undefined,
  service,
  name: span.name ?? '',
  kind: span.kind ?? 0,
  isError: span.status.code === StatusCode.error,
  startUnixNano: BigInt(span.startTimeUnixNano ?? 0),
  endUnixNano: BigInt(span.endTimeUnixNano ?? 0),
});

/** Maximum length of the text of an event in a row. */
const MOST_TEXT = 200;

const eventText = ({ name = '', attributes = [] }: SpanEventJson): string => {
  const type = textOf(attributes, 'exception.type');
  const message = textOf(attributes, 'exception.message');
  const said =
    name === 'exception'
      ? [type, message].filter((text) => text !== undefined && text !== '').join(': ')
      : attributes
          .slice(0, 3)
          .map(({ key, value }) => `${key}=${valueText(value).slice(0, 60)}`)
          .join(' ');
  return `${name === '' ? 'unnamed event' : name} ${said}`.trim().slice(0, MOST_TEXT);
};

const isInAttributes = (attributes: SpanJson['attributes'], query: FindQuery): boolean =>
  attributes?.some(({ key, value }) => !query.leavesOut(key) && query.isIn(`${key}=${valueText(value)}`)) ??
  false;

/** Returns the alphabetical rank of the operation of each row. */
const rankOf = ({ names, name }: SpanTable): Uint32Array => {
  const order = names.map((word, place) => ({ word, place })).sort((a, b) => (a.word < b.word ? -1 : 1));
  const rank = new Uint32Array(names.length);
  for (const [i, { place }] of order.entries()) rank[place] = i;
  return name.map((place) => at(rank, place));
};
