import { SpanKind, StatusCode } from '@lantern/telemetry-model';

/** A number that OTLP does not know reads as "unspecified": enums of proto3 are open. */
export const spanKindOf = (value: number): SpanKind =>
  value >= SpanKind.internal && value <= SpanKind.consumer ? (value as SpanKind) : SpanKind.unspecified;

/** A number that OTLP does not know reads as "unset". */
export const statusCodeOf = (value: number): StatusCode =>
  value === StatusCode.ok || value === StatusCode.error ? value : StatusCode.unset;
