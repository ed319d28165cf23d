import type { Signal } from '@lantern/otlp';

/** OTLP request that goes on to a collector, as it was received. */
export interface ForwardedRequest {
  readonly signal: Signal;
  readonly contentType: string;
  /** Empty for a body that is not compressed. */
  readonly contentEncoding: string;
  readonly body: Uint8Array;
}
