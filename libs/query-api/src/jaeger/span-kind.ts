import { SpanKind } from '@lantern/telemetry-model';

/** How Jaeger writes a span kind. Unspecified is empty: such a span has no `span.kind` tag. */
export const SPAN_KIND_NAMES: Readonly<Record<SpanKind, string>> = {
  [SpanKind.unspecified]: '',
  [SpanKind.internal]: 'internal',
  [SpanKind.server]: 'server',
  [SpanKind.client]: 'client',
  [SpanKind.producer]: 'producer',
  [SpanKind.consumer]: 'consumer',
};
