import type {
  AnyValue,
  Attributes,
  InstrumentationScope,
  Resource,
  UnixNano,
} from '@lantern/telemetry-model';

/** @see https://opentelemetry.io/docs/specs/otel/logs/data-model/ */
export interface LogRecord {
  /** 0 when the source does not know it. Use {@link observedTimeUnixNano} then. */
  readonly timeUnixNano: UnixNano;
  readonly observedTimeUnixNano: UnixNano;
  /** 1 to 24, higher is more severe. 0 when unknown. */
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AnyValue;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly flags: number;
  /** 32 hex digits; empty for a record outside of any trace. */
  readonly traceId: string;
  /** 16 hex digits, or empty. */
  readonly spanId: string;
  readonly eventName: string;
}

export interface ScopeLogs {
  readonly scope: InstrumentationScope;
  readonly schemaUrl: string;
  readonly logRecords: readonly LogRecord[];
}

export interface ResourceLogs {
  readonly resource: Resource;
  readonly schemaUrl: string;
  readonly scopeLogs: readonly ScopeLogs[];
}

const ZEROS = /^0*$/;

/** Returns '' for an ID of a wrong length or of zeros: the record is kept without it. */
export const logTraceId = (hex: string): string => (hex.length === 32 && !ZEROS.test(hex) ? hex : '');

export const logSpanId = (hex: string): string => (hex.length === 16 && !ZEROS.test(hex) ? hex : '');
