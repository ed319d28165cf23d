import { SpanKind } from '@lantern/telemetry-model';

/**
 * Names of span kinds, as in the specification.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#spankind
 */
const NAMES: Readonly<Record<number, string>> = {
  [SpanKind.unspecified]: 'unspecified',
  [SpanKind.internal]: 'internal',
  [SpanKind.server]: 'server',
  [SpanKind.client]: 'client',
  [SpanKind.producer]: 'producer',
  [SpanKind.consumer]: 'consumer',
};

export const spanKindName = (kind: number): string => NAMES[kind] ?? 'unspecified';
