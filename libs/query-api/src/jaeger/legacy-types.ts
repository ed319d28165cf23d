/**
 * The JSON of Jaeger's legacy query API (`/api/*`), as of v2.20. What differs from OTLP: times are
 * microseconds, ids drop a zero upper half, the parent is the first reference, status and kind are tags,
 * resources are numbered processes.
 */

/** Always all five keys. Only `services` and `operations` set `total`; `limit` and `offset` are never set. */
export interface LegacyEnvelope<T> {
  readonly data: T;
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
  readonly errors: readonly LegacyError[] | null;
}

export interface LegacyError {
  readonly code?: number;
  readonly msg: string;
  /** Set for a trace that was asked for together with others and not found. */
  readonly traceID?: string;
}

export interface LegacyTrace {
  readonly traceID: string;
  readonly spans: readonly LegacySpan[];
  readonly processes: Readonly<Record<string, LegacyProcess>>;
  readonly warnings: readonly string[] | null;
}

export interface LegacySpan {
  readonly traceID: string;
  readonly spanID: string;
  /** From Jaeger's own formats alone: Jaeger writes none for a span that came as OTLP, nor does Lantern. */
  readonly flags?: number;
  readonly operationName: string;
  readonly references: readonly LegacyReference[];
  /** Unix microseconds, the nanoseconds cut off. */
  readonly startTime: number;
  /** Microseconds. */
  readonly duration: number;
  readonly tags: readonly LegacyKeyValue[];
  readonly logs: readonly LegacyLog[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

export interface LegacyReference {
  readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM';
  readonly traceID: string;
  readonly spanID: string;
}

export interface LegacyProcess {
  readonly serviceName: string;
  readonly tags: readonly LegacyKeyValue[];
}

export interface LegacyLog {
  /** Unix microseconds. */
  readonly timestamp: number;
  readonly fields: readonly LegacyKeyValue[];
}

export interface LegacyKeyValue {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary';
  /** An int64 that a JavaScript number cannot hold exactly is a decimal string; binary is base64. */
  readonly value: string | number | boolean;
}

export interface LegacyOperation {
  readonly name: string;
  readonly spanKind: string;
}

export interface LegacyDependency {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
}
