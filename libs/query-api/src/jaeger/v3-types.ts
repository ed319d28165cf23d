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
  /** Lantern's own: how many traces match. Present when it was asked for. */
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
  /** On the called side, to 4 %; absent for a pair without latencies. */
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number };
}

export interface V3Error {
  readonly error: { readonly httpCode: number; readonly message: string };
}
