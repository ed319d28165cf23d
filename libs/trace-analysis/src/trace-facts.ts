import {
  SpanKind,
  at,
  criticalPath,
  criticalTimes,
  durationOf,
  finish,
  hasError,
  operationOf,
  serviceNameOf,
  serviceOf,
  spanTableSteps,
  spansOf,
  type CriticalPath,
  type Resource,
  type ResourceSpans,
  type SpanInContext,
  type SpanRow,
  type SpanTable,
  type Steps,
  type TraceId,
} from '@lantern/telemetry-model';
import type { Call } from './call.js';
import { CallReader } from './call-reader.js';
import { SpanFields } from './span-fields.js';

const NONE = -1;

/** Spans of one trace with everything that detectors and explanations derive from them. Each part is computed once. */
export class TraceFacts {
  readonly table: SpanTable;
  /** Spans by row. */
  readonly spans: readonly SpanInContext[];
  readonly path: CriticalPath;
  /** Nanoseconds of each span on the critical path. */
  readonly critical: Float64Array;
  /** Row of the request that each span is part of, see {@link Call.owner}. */
  readonly owner: Int32Array;
  /** Critical time of all rows before a row. */
  private readonly criticalBefore: Float64Array;
  private fieldsFound: readonly SpanFields[] | undefined;
  private callsFound: readonly Call[] | undefined;
  private callsFoundByOwner: ReadonlyMap<number, readonly Call[]> | undefined;

  constructor(
    readonly traceId: TraceId,
    resourceSpans: readonly ResourceSpans[],
    { table, spans, path, critical, owner }: FoundFacts = finish(findFacts(resourceSpans)),
  ) {
    this.table = table;
    this.spans = spans;
    this.path = path;
    this.critical = critical;
    this.criticalBefore = prefixSums(critical);
    this.owner = owner;
  }

  /** As the constructor, in steps of one pass over the spans each. */
  static *steps(traceId: TraceId, resourceSpans: readonly ResourceSpans[]): Steps<TraceFacts> {
    return new TraceFacts(traceId, resourceSpans, yield* findFacts(resourceSpans));
  }

  /** Known attributes of the spans by row. */
  get fields(): readonly SpanFields[] {
    return (this.fieldsFound ??= this.spans.map(({ span }) => new SpanFields(span.attributes)));
  }

  /** All calls, in the order of their rows. */
  get calls(): readonly Call[] {
    return (this.callsFound ??= this.findCalls());
  }

  service(row: number): string {
    return serviceOf(this.table, row);
  }

  operation(row: number): string {
    return operationOf(this.table, row);
  }

  duration(row: number): number {
    return durationOf(this.table, row);
  }

  isError(row: number): boolean {
    return at(this.table.isError, row) === 1;
  }

  parent(row: number): number {
    return at(this.table.parent, row);
  }

  kind(row: number): number {
    return at(this.table.kind, row);
  }

  start(row: number): number {
    return at(this.table.start, row);
  }

  end(row: number): number {
    return Math.max(at(this.table.start, row), at(this.table.end, row));
  }

  /** Returns the row after the descendants of a row. */
  behind(row: number): number {
    return row + at(this.table.subtreeSize, row);
  }

  /** Returns the nanoseconds of a span and its descendants on the critical path. */
  criticalIn(row: number): number {
    return at(this.criticalBefore, this.behind(row)) - at(this.criticalBefore, row);
  }

  /**
   * Returns the nanoseconds that the end of the trace waited for a call. What runs behind a queue or after the answer is on
   * no critical path; there the calls take their durations.
   */
  timeOf({ row, owner }: Pick<Call, 'row' | 'owner'>): number {
    return this.criticalIn(owner) > 0 ? this.criticalIn(row) : this.duration(row);
  }

  /** Returns the share of nanoseconds in the duration of the trace, from 0 to 1. */
  share(nano: number): number {
    return this.table.duration <= 0 ? 0 : Math.min(1, Math.max(0, nano / this.table.duration));
  }

  /** Returns the calls that each request makes, sorted by start. */
  callsByOwner(): ReadonlyMap<number, readonly Call[]> {
    if (this.callsFoundByOwner !== undefined) return this.callsFoundByOwner;
    const byOwner = new Map<number, Call[]>();
    for (const call of this.calls) {
      const calls = byOwner.get(call.owner);
      if (calls === undefined) byOwner.set(call.owner, [call]);
      else calls.push(call);
    }
    for (const calls of byOwner.values()) calls.sort((a, b) => this.start(a.row) - this.start(b.row));
    return (this.callsFoundByOwner = byOwner);
  }

  /** Returns the SERVER span that received the call of a span; -1 if the trace has none. */
  receiverOf(row: number): number {
    const behind = this.behind(row);
    for (let child = row + 1; child < behind; child = this.behind(child)) {
      if (this.kind(child) === SpanKind.server) return child;
    }
    return NONE;
  }

  /** Returns the calls. Of a database call within another one, as ORMs make them, only the inner one counts. */
  private findCalls(): Call[] {
    const reader = new CallReader(this);
    const calls: (Call | undefined)[] = [];
    const placeOf = new Int32Array(this.table.length);
    const databaseAbove = new Int32Array(this.table.length).fill(NONE);
    for (let row = 0; row < this.table.length; row++) {
      const parent = this.parent(row);
      const isSameService = parent !== NONE && at(this.table.service, parent) === at(this.table.service, row);
      const above = isSameService ? at(databaseAbove, parent) : NONE;
      databaseAbove[row] = above;
      const call = reader.callOf(row);
      if (call === undefined) continue;
      if (call.protocol === 'sql' || call.protocol === 'database') {
        if (above !== NONE) calls[at(placeOf, above)] = undefined;
        databaseAbove[row] = row;
      }
      placeOf[row] = calls.length;
      calls.push(call);
    }
    return calls.filter((call) => call !== undefined);
  }
}

type FoundFacts = Pick<TraceFacts, 'table' | 'spans' | 'path' | 'critical' | 'owner'>;

function* findFacts(resourceSpans: readonly ResourceSpans[]): Steps<FoundFacts> {
  const spans = [...spansOf(resourceSpans)];
  const serviceNames = new Map<Resource, string>();
  yield;
  const rows = spans.map(({ span, resource }): SpanRow => {
    let service = serviceNames.get(resource);
    if (service === undefined) serviceNames.set(resource, (service = serviceNameOf(resource)));
    const { spanId, parentSpanId, name, kind, startUnixNano, endUnixNano } = span;
    return {
      spanId,
      parentSpanId,
      service,
      name,
      kind,
      isError: hasError(span),
      startUnixNano,
      endUnixNano,
    };
  });
  yield;
  const table = yield* spanTableSteps(rows);
  yield;
  const path = criticalPath(table);
  yield;
  return {
    table,
    spans: Array.from(table.source, (place) => spans[place]).filter((span) => span !== undefined),
    path,
    critical: criticalTimes(table, path),
    owner: ownersOf(table),
  };
}

const prefixSums = (column: Float64Array): Float64Array => {
  const sums = new Float64Array(column.length + 1);
  for (let row = 0; row < column.length; row++) sums[row + 1] = at(sums, row) + at(column, row);
  return sums;
};

const ownersOf = (table: SpanTable): Int32Array => {
  const owner = new Int32Array(table.length);
  for (let row = 0; row < table.length; row++) {
    const parent = at(table.parent, row);
    if (parent === NONE) owner[row] = row;
    else {
      const kind = at(table.kind, parent);
      const isRequest = kind === SpanKind.server || kind === SpanKind.consumer;
      const isEntry = at(table.parent, parent) === NONE || isFirstOfService(table, parent);
      owner[row] = isRequest || isEntry ? parent : at(owner, parent);
    }
  }
  return owner;
};

const isFirstOfService = (table: SpanTable, row: number): boolean =>
  at(table.service, row) !== at(table.service, at(table.parent, row));
