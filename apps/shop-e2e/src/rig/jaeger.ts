import { waitFor } from '@lantern/launcher';
import { environment } from './environment.js';

interface KeyValue {
  readonly key: string;
  readonly value: string | number | boolean;
}

/** Span in Jaeger's legacy JSON. */
interface WireSpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly KeyValue[];
  readonly logs: readonly { readonly fields: readonly KeyValue[] }[];
  readonly processID: string;
}

interface WireTrace {
  readonly traceID: string;
  readonly spans: readonly WireSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

const toRecord = (pairs: readonly KeyValue[]): Readonly<Record<string, string | number | boolean>> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));

export interface SpanView {
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly isError: boolean;
  readonly tags: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly Readonly<Record<string, string | number | boolean>>[];
}

/** Trace from Jaeger's API, with the queries that the tests need. */
export class TraceView {
  readonly traceId: string;
  readonly spans: readonly SpanView[];

  constructor(trace: WireTrace) {
    this.traceId = trace.traceID;
    this.spans = trace.spans.map((span) => {
      const tags = toRecord(span.tags);
      return {
        spanId: span.spanID,
        parentId: span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
        service: trace.processes[span.processID]?.serviceName ?? '',
        name: span.operationName,
        kind: String(tags['span.kind'] ?? 'internal'),
        startMicros: span.startTime,
        durationMicros: span.duration,
        isError: tags.error === true,
        tags,
        events: span.logs.map(({ fields }) => toRecord(fields)),
      };
    });
  }

  span(service: string, name: string, kind?: string): SpanView {
    const found = this.spans.filter(
      (span) => span.service === service && span.name === name && (kind === undefined || span.kind === kind),
    );
    if (found.length !== 1 || found[0] === undefined) {
      throw new Error(`Expected one span "${name}" of ${service}, found ${found.length} in:\n${this.tree()}`);
    }
    return found[0];
  }

  /** Whether every span is a root or has its parent in the trace; false until the whole trace has arrived. */
  get isConnected(): boolean {
    const ids = new Set(this.spans.map(({ spanId }) => spanId));
    return this.spans.every(({ parentId }) => parentId === undefined || ids.has(parentId));
  }

  /** Returns the spans as indented lines `service: name (kind)`, children sorted by start, failed spans marked with ✗. */
  tree(): string {
    const ids = new Set(this.spans.map(({ spanId }) => spanId));
    const lines: string[] = [];
    const visit = (parentId: string | undefined, depth: number): void => {
      const children = this.spans
        .filter((span) =>
          parentId === undefined
            ? span.parentId === undefined || !ids.has(span.parentId)
            : span.parentId === parentId,
        )
        .sort((a, b) => a.startMicros - b.startMicros);
      for (const span of children) {
        const mark = span.isError ? ' ✗' : '';
        lines.push(`${'  '.repeat(depth)}${span.service}: ${span.name} (${span.kind})${mark}`);
        visit(span.spanId, depth + 1);
      }
    };
    visit(undefined, 0);
    return lines.join('\n');
  }
}

const get = async (path: string): Promise<Response> => fetch(`${environment.jaeger}${path}`);

export const findTrace = async (traceId: string): Promise<TraceView | undefined> => {
  const response = await get(`/api/traces/${traceId}`);
  if (response.status === 404) return undefined;
  const { data } = (await response.json()) as { data: readonly [WireTrace] };
  return new TraceView(data[0]);
};

/** Waits for a trace with at least this number of spans. Each service sends its own spans. */
export const traceOf = (traceId: string, spanCount: number): Promise<TraceView> =>
  waitFor(`trace ${traceId} with ${spanCount} spans`, async () => {
    const trace = await findTrace(traceId);
    return trace !== undefined && trace.spans.length >= spanCount ? trace : undefined;
  });

/** Waits for the trace with this correlation ID; returns its trace ID. */
export const traceIdOf = (correlationId: string): Promise<string> =>
  waitFor(`a trace with correlation id ${correlationId}`, async () => {
    const now = Date.now();
    const query = new URLSearchParams({
      'query.serviceName': 'api-gateway',
      'query.attributes': JSON.stringify({ correlation_id: correlationId }),
      'query.startTimeMin': new Date(now - 3_600_000).toISOString(),
      'query.startTimeMax': new Date(now + 60_000).toISOString(),
    });
    const response = await get(`/api/v3/trace-summaries?${query.toString()}`);
    const { summaries } = (await response.json()) as { summaries: readonly { traceId: string }[] };
    return summaries[0]?.traceId;
  });

/** Returns the number of calls by edge, `parent -> child`. */
export const dependencies = async (): Promise<ReadonlyMap<string, number>> => {
  const response = await get(`/api/dependencies?endTs=${Date.now() + 60_000}&lookback=3600000`);
  const { data } = (await response.json()) as {
    data: readonly { parent: string; child: string; callCount: number }[];
  };
  return new Map(data.map(({ parent, child, callCount }) => [`${parent} -> ${child}`, callCount]));
};

export const services = async (): Promise<readonly string[]> => {
  const response = await get('/api/v3/services');
  return ((await response.json()) as { services: readonly string[] }).services;
};
