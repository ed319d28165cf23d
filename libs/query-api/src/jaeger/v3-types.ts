/** The JSON of Jaeger's API v3 (`/api/v3/*`). Traces themselves are OTLP JSON. */

export interface V3Services {
  readonly services: readonly string[];
}

export interface V3Operations {
  readonly operations: readonly { readonly name: string; readonly spanKind: string }[];
}

export interface V3TraceSummaries {
  readonly summaries: readonly V3TraceSummary[];
  /** Lantern's own: asks for what comes after. Absent on the last page. */
  readonly nextPageToken?: string;
  /** Lantern's own: number of matching traces. Present if the request asks for it. */
  readonly total?: number;
}

export interface V3TraceSummary {
  /** Always 32 hex digits. */
  readonly traceId: string;
  readonly rootServiceName: string;
  readonly rootOperationName: string;
  readonly minStartTimeUnixNano: string;
  readonly maxEndTimeUnixNano: string;
  readonly spanCount: number;
  /** Spans with status ERROR. Sent also when 0: clients hide the column when no row has it. */
  readonly errorSpanCount: number;
  /** Spans that name a parent which is not in the trace. */
  readonly orphanSpanCount: number;
  /** Sorted by name. */
  readonly services: readonly V3ServiceSummary[];
}

export interface V3ServiceSummary {
  readonly name: string;
  readonly spanCount: number;
  readonly errorSpanCount: number;
}

/** Lantern's own: `GET /api/v3/lantern/dependencies`. */
export interface V3Dependencies {
  readonly dependencies: readonly V3Dependency[];
}

export interface V3Dependency {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
  /** Calls that ended with status ERROR on the called side. */
  readonly errorCount: number;
  /** On the called side; absent for a pair without latencies. */
  readonly latencyMs?: V3Latency;
}

/** Percentiles of latency in milliseconds, accurate to 4 %. */
export interface V3Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Lantern's own: `GET /api/v3/lantern/endpoints`. Ports that senders of telemetry use, for instructions in the UI. */
export interface V3Endpoints {
  readonly otlpPort: number;
  readonly otlpGrpcPort: number;
  readonly lokiPort: number;
  /** Port of Prometheus' API. */
  readonly prometheusPort: number;
}

/** Lantern's own: `GET /api/v3/lantern/operations`, from counts in periods of 10 s. */
export interface V3OperationStats {
  /** By service, name and kind. */
  readonly operations: readonly (V3CallStats & {
    readonly service: string;
    readonly name: string;
    /** As in `/api/v3/operations`. */
    readonly spanKind: string;
  })[];
  /** Calls to each service: its operations of the kinds server and consumer together, by name. */
  readonly services: readonly (V3CallStats & { readonly name: string })[];
}

export interface V3CallStats {
  readonly callCount: number;
  /** Calls that ended with status ERROR. */
  readonly errorCount: number;
  readonly latencyMs: V3Latency;
}

/** Lantern's own: `GET /api/v3/lantern/traces/{trace_id}/detections`. The gravest first. */
export interface V3Detections {
  readonly traceId: string;
  readonly spanCount: number;
  readonly durationNano: string;
  readonly detections: readonly V3Detection[];
}

export interface V3Detection {
  /** For example `n-plus-one-queries`. */
  readonly kind: string;
  readonly title: string;
  readonly subject: 'time' | 'failure' | 'data' | 'telemetry';
  /** Share of the trace's duration that the fault takes, from 0 to 1. 0 for a fault that costs no time. */
  readonly share: number;
  /** One sentence with the numbers. */
  readonly text: string;
  /** Remedy. */
  readonly advice: string;
  /** Path of the page that shows the first of the spans. */
  readonly link: string;
  readonly spanCount: number;
  /** IDs of the spans that show the fault, at most 200. */
  readonly spanIds: readonly string[];
}

/** Lantern's own: `GET /api/v3/lantern/differences`. The attributes that differ most first. */
export interface V3Differences {
  /** Traces of the selection, and the others that match the search. */
  readonly selectedTraces: number;
  readonly otherTraces: number;
  readonly spanCount: number;
  /** Whether more traces match than were compared: then the newest were. */
  readonly isSampled: boolean;
  readonly differences: readonly V3Difference[];
}

/** Lantern's own: `GET /api/v3/lantern/issues`, from the newest traces of a service. */
export interface V3Issues {
  /** Number of traces that were read. */
  readonly traces: number;
  /** Whether the service has more traces in the range. */
  readonly isSampled: boolean;
  /** Detections by the request in which they are, those in most traces first. */
  readonly issues: readonly {
    readonly service: string;
    readonly operation: string;
    readonly kind: string;
    readonly title: string;
    /** Traces with the detection, of all that have the request. */
    readonly traces: number;
    readonly ofTraces: number;
  }[];
  /** Traces with a failed span. */
  readonly failedTraces: number;
  /** Spans in which the failures started, those of most traces first. */
  readonly origins: readonly {
    readonly service: string;
    readonly operation: string;
    readonly traces: number;
  }[];
}

export interface V3Difference {
  readonly key: string;
  /** Jensen–Shannon divergence in bits, from 0 (equal) to 1 (no value in common). */
  readonly divergence: number;
  readonly values: readonly {
    readonly value: string;
    /** Traces of the selection with the value, and others with it. */
    readonly selectedTraces: number;
    readonly otherTraces: number;
  }[];
}

/** Lantern's own: `GET /api/v3/lantern/attributes` without a key. The most frequent first. */
export interface V3AttributeKeys {
  readonly keys: readonly V3AttributeKey[];
  /** Number of spans in the sample, to which the counts refer. */
  readonly sampledSpans: number;
}

export interface V3AttributeKey {
  readonly key: string;
  /** Type of most of its values. The first four are the type hints of the structured filter. */
  readonly type: V3AttributeType;
  /** Spans that have it themselves, or that inherit it from their resource or scope. */
  readonly count: number;
  /** Levels at which the attribute occurs, sorted by name. */
  readonly levels: readonly V3AttributeLevel[];
}

export type V3AttributeType = 'string' | 'int' | 'double' | 'bool' | 'bytes' | 'array' | 'map' | 'empty';
export type V3AttributeLevel = 'span' | 'resource' | 'scope' | 'event' | 'link';

/** Lantern's own: `GET /api/v3/lantern/attributes?key=…`. The most frequent first. */
export interface V3AttributeValues {
  readonly values: readonly {
    /** As a search for it is written. */
    readonly value: string;
    readonly count: number;
  }[];
  readonly sampledSpans: number;
}

/**
 * Lantern's own: what the event `summaries` of `GET /api/v3/lantern/live` holds. A trace comes again when more of
 * its spans have arrived.
 */
export interface V3LiveSummaries {
  readonly summaries: readonly V3TraceSummary[];
}

/** Lantern's own: the event `dropped`. Number of traces that arrived faster than they could be sent. */
export interface V3LiveDropped {
  readonly count: number;
}

/**
 * Condition of `GET /api/v3/lantern/traces/{trace_id}/wait`: the trace is complete, it has a span, or none of its spans has
 * arrived for a while.
 */
export const V3_WAIT_UNTIL = ['complete', 'span', 'quiet'] as const;
export type V3WaitUntil = (typeof V3_WAIT_UNTIL)[number];

/** Lantern's own: `GET /api/v3/lantern/traces/{trace_id}/wait`, once the condition is met or the timeout has passed. */
export interface V3Wait {
  readonly traceId: string;
  /** Whether the condition was met. */
  readonly complete: boolean;
  readonly spanCount: number;
  readonly waitedMs: number;
  /** Reasons why the condition was not met; empty when it was. */
  readonly reasons: readonly V3WaitReason[];
}

export interface V3WaitReason {
  readonly kind: 'root' | 'parent' | 'peer' | 'span' | 'arriving' | 'closing';
  /** Sentence that names the service, the span and what is missing. */
  readonly message: string;
  /** Service that must send the missing span, as far as it is known. */
  readonly service?: string;
  /** Span that proves that another one is missing. */
  readonly spanId?: string;
  /** Time since the end of the newest span that the service has sent. Absent when it has sent none. */
  readonly lastSentMsAgo?: number;
}

export interface V3Error {
  readonly error: { readonly httpCode: number; readonly message: string };
}
