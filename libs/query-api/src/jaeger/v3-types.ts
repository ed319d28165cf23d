/** The JSON of Jaeger's API v3 (`/api/v3/*`). Traces themselves are OTLP JSON. */

export interface V3Services {
  readonly services: readonly string[];
}

export interface V3Operations {
  readonly operations: readonly { readonly name: string; readonly spanKind: string }[];
}

export interface V3TraceSummaries {
  readonly summaries: readonly V3TraceSummary[];
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

export interface V3Error {
  readonly error: { readonly httpCode: number; readonly message: string };
}
