import { Buffer } from 'node:buffer';
import { decodeTraceRequest, encodeTraceRequest, type CheckedTraceRequest } from '@lantern/otlp';
import {
  DependencyLinker,
  SpanKind,
  StatusCode,
  attributeText,
  serviceCalls,
  serviceNameOf,
  spanKindOf,
  statusCodeOf,
  type Attributes,
  type DependencyLink,
  type ResourceSpans,
  type SpanInContext,
  type TimeRange,
  type Trace,
  type TraceId,
} from '@lantern/telemetry-model';
import { decodeTrace, encodeTrace, type EncodedTrace } from '../encoded-trace.js';
import type {
  CallEdge,
  LatencyCounts,
  HoldBytes,
  Operation,
  PlacedTrace,
  RedCell,
  RedQuery,
  TraceCursor,
  TraceQuery,
  TraceStore,
  TraceStoreStats,
} from '../trace-store.js';

/** The contract at its plainest: a list of spans that every question walks from end to end. */
export class NaiveTraceStore implements TraceStore {
  private readonly spans: (SpanInContext & { readonly alone: ResourceSpans; readonly message: Buffer })[] =
    [];

  async append({ bytes, rejectedSpans }: CheckedTraceRequest): Promise<void> {
    if (rejectedSpans > 0) throw new TypeError('Not sanitized: spans have invalid IDs');
    for (const group of decodeTraceRequest(bytes).resourceSpans) {
      for (const scopeGroup of group.scopeSpans) {
        for (const span of scopeGroup.spans) {
          const alone = { ...group, scopeSpans: [{ ...scopeGroup, spans: [span] }] };
          const message = Buffer.from(encodeTraceRequest([alone]));
          if (this.spans.some((other) => message.equals(other.message))) continue;
          this.spans.push({ message, span, scope: scopeGroup.scope, resource: group.resource, alone });
        }
      }
    }
  }

  /** Has one group for each span; a comparison must merge the groups. */
  async getTrace(traceId: TraceId): Promise<Trace | undefined> {
    const resourceSpans = this.spans.filter(({ span }) => span.traceId === traceId).map(({ alone }) => alone);
    return resourceSpans.length === 0 ? undefined : { traceId, resourceSpans };
  }

  async getEncodedTrace(traceId: TraceId, hold?: HoldBytes): Promise<EncodedTrace | undefined> {
    const trace = await this.getTrace(traceId);
    const encoded = trace && encodeTrace(trace);
    for (const { spans } of encoded?.groups ?? []) for (const { length } of spans) hold?.(length);
    return encoded;
  }

  /** Nothing ever goes from a list. */
  async archiveTrace(traceId: TraceId): Promise<boolean> {
    return this.spans.some(({ span }) => span.traceId === traceId);
  }

  async findTraces(query: TraceQuery): Promise<Trace[]> {
    const found: Trace[] = [];
    for await (const { trace } of this.eachTrace(query)) found.push(decodeTrace(trace));
    return found;
  }

  async *eachTrace(query: TraceQuery, hold?: HoldBytes): AsyncGenerator<PlacedTrace, void> {
    const { after, limit } = query;
    const places = (await this.matches(query)).filter(
      (place) => after === undefined || compare(after, place) < 0,
    );
    for (const place of places.slice(0, limit)) {
      const trace = await this.getEncodedTrace(place.traceId, hold);
      if (trace) yield { trace, place };
    }
  }

  async countTraces(query: TraceQuery): Promise<number> {
    return (await this.matches(query)).length;
  }

  /** The place of every trace that matches, in the order of the query. */
  private async matches(query: TraceQuery): Promise<TraceCursor[]> {
    const places = new Map<TraceId, TraceCursor>();
    for (const candidate of this.spans) {
      const { traceId, startUnixNano } = candidate.span;
      if (!satisfies(candidate, query)) continue;
      const ofTrace = this.spans.map(({ span }) => span).filter((span) => span.traceId === traceId);
      const starts = ofTrace.map((span) => span.startUnixNano);
      const ends = ofTrace.map((span) => span.endUnixNano);
      const start = starts.reduce((a, b) => (a < b ? a : b));
      const duration = [...starts, ...ends].reduce((a, b) => (a > b ? a : b)) - start;
      if (query.minTraceDurationNano !== undefined && duration < query.minTraceDurationNano) continue;
      if (query.maxTraceDurationNano !== undefined && duration > query.maxTraceDurationNano) continue;
      const errors = ofTrace.filter(({ status }) => status.code === StatusCode.error).length;
      const ranks = {
        recent: 0n,
        oldest: -start,
        longest: duration,
        shortest: -duration,
        mostSpans: BigInt(ofTrace.length),
        fewestSpans: -BigInt(ofTrace.length),
        mostErrors: BigInt(errors),
      };
      const known = places.get(traceId);
      if (known && known.startUnixNano >= startUnixNano) continue;
      places.set(traceId, { rank: ranks[query.orderBy ?? 'recent'], startUnixNano, traceId });
    }
    return [...places.values()].sort(compare);
  }

  async services(): Promise<string[]> {
    return [...new Set(this.spans.map(({ resource }) => serviceNameOf(resource)))].sort();
  }

  async operations(service: string): Promise<Operation[]> {
    const operations: Operation[] = [];
    for (const { span, resource } of this.spans) {
      const { name } = span;
      const kind = spanKindOf(span.kind);
      if (serviceNameOf(resource) !== service) continue;
      if (!operations.some((known) => known.name === name && known.kind === kind))
        operations.push({ name, kind });
    }
    return operations.sort((a, b) => (a.name === b.name ? a.kind - b.kind : a.name < b.name ? -1 : 1));
  }

  async dependencies(range: TimeRange): Promise<DependencyLink[]> {
    const linker = new DependencyLinker();
    for (const traceId of new Set(this.spans.map(({ span }) => span.traceId))) {
      for (const call of serviceCalls(this.spans.filter(({ span }) => span.traceId === traceId))) {
        if (isWithin(call.span.startUnixNano, range)) linker.add(call);
      }
    }
    return linker.sortedLinks();
  }

  async callEdges(range: TimeRange): Promise<CallEdge[]> {
    const calls = [...new Set(this.spans.map(({ span }) => span.traceId))]
      .flatMap((traceId) => serviceCalls(this.spans.filter(({ span }) => span.traceId === traceId)))
      .filter(({ span }) => isWithin(span.startUnixNano, range));
    return (await this.dependencies(range)).map((link) => ({
      ...link,
      latencies: countLatencies(
        calls.filter((call) => call.parent === link.parent && call.child === link.child),
      ),
    }));
  }

  async redMetrics({ services, kinds, range, periodNano }: RedQuery): Promise<RedCell[]> {
    const counted = this.spans.filter(
      ({ span, resource }) =>
        services.includes(serviceNameOf(resource)) &&
        kinds.includes(spanKindOf(span.kind)) &&
        span.startUnixNano >= range.startUnixNano &&
        span.startUnixNano < range.endUnixNano,
    );
    const keyOf = ({ span, resource }: SpanInContext) =>
      [
        serviceNameOf(resource),
        span.name,
        String(spanKindOf(span.kind)),
        String((span.startUnixNano / periodNano) * periodNano).padStart(20, '0'),
      ] as const;
    const keys = [...new Set(counted.map((one) => JSON.stringify(keyOf(one))))].map(
      (key) => JSON.parse(key) as ReturnType<typeof keyOf>,
    );
    return keys
      .sort((a, b) => {
        const at = a.findIndex((part, index) => part !== b[index]);
        return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
      })
      .map((key) => {
        const ofCell = counted.filter((one) => JSON.stringify(keyOf(one)) === JSON.stringify(key));
        const [service, operation, kind, periodStart] = key;
        return {
          service,
          operation,
          kind: Number(kind) as SpanKind,
          periodStartUnixNano: BigInt(periodStart),
          calls: ofCell.length,
          errors: ofCell.filter(({ span }) => span.status.code === StatusCode.error).length,
          latencies: countLatencies(ofCell),
        };
      });
  }

  async stats(): Promise<TraceStoreStats> {
    const traces = new Set(this.spans.map(({ span }) => span.traceId)).size;
    return { traces, spans: this.spans.length, bytes: 0, evictedSpans: 0 };
  }

  async clear(): Promise<void> {
    this.spans.length = 0;
  }

  async close(): Promise<void> {
    this.spans.length = 0;
  }
}

const compare = (a: TraceCursor, b: TraceCursor): number =>
  Number((b.rank ?? 0n) - (a.rank ?? 0n)) ||
  Number(b.startUnixNano - a.startUnixNano) ||
  (a.traceId === b.traceId ? 0 : a.traceId < b.traceId ? -1 : 1);

const countLatencies = (spans: readonly Pick<SpanInContext, 'span'>[]): LatencyCounts => {
  const all = spans.map(({ span }) => Number(span.endUnixNano - span.startUnixNano));
  return [...new Set(all)]
    .sort((a, b) => a - b)
    .map((nanos) => [nanos, all.filter((other) => other === nanos).length] as const);
};

const isWithin = (time: bigint, { startUnixNano, endUnixNano }: TimeRange): boolean =>
  startUnixNano <= time && time <= endUnixNano;

const satisfies = ({ span, scope, resource }: SpanInContext, query: TraceQuery): boolean => {
  const duration = span.endUnixNano - span.startUnixNano;
  const [kind = ''] = Object.entries(SpanKind).find(([, number]) => number === spanKindOf(span.kind)) ?? [];
  const [status = ''] =
    Object.entries(StatusCode).find(([, number]) => number === statusCodeOf(span.status.code)) ?? [];
  const reserved: Readonly<Record<string, string>> = {
    error: status === 'error' ? 'true' : 'false',
    'span.status': status.toUpperCase(),
    'span.kind': kind === 'unspecified' ? '' : kind,
    'scope.name': scope.name,
    'scope.version': scope.version,
  };
  const anywhere = [span, scope, resource, ...span.events, ...span.links].map(({ attributes }) => attributes);
  return (
    (query.service === undefined || query.service === serviceNameOf(resource)) &&
    (query.operation === undefined || query.operation === span.name) &&
    (query.minDurationNano === undefined || query.minDurationNano <= duration) &&
    (query.maxDurationNano === undefined || query.maxDurationNano >= duration) &&
    isWithin(span.startUnixNano, query.range) &&
    (query.where === undefined || query.where({ span, scope, resource })) &&
    Object.entries(query.attributes ?? {}).every(([name, text]) => {
      if (Object.hasOwn(reserved, name)) return reserved[name] === reservedWord(name, text);
      if (name.startsWith('resource.')) return textsUnder(name.slice(9), resource.attributes).includes(text);
      return anywhere.some((attributes) => textsUnder(name, attributes).includes(text));
    })
  );
};

/** The word of a reserved tag as `satisfies` writes it. */
const reservedWord = (name: string, text: string): string => {
  const lower = text.toLowerCase();
  if (name === 'error') return lower;
  if (name === 'span.status') return ['ok', 'error'].includes(lower) ? lower.toUpperCase() : 'UNSET';
  if (name !== 'span.kind') return text;
  return lower !== 'unspecified' && Object.hasOwn(SpanKind, lower) ? lower : '';
};

/** None or one: the first of repeated keys counts. */
const textsUnder = (name: string, attributes: Attributes): string[] =>
  attributes
    .filter(({ key }) => key === name)
    .slice(0, 1)
    .map(({ value }) => attributeText(value));
