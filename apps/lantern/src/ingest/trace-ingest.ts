import {
  decodeTraceRequest,
  encodeTraceRequest,
  parseTraceRequestJson,
  type DecodedTraces,
  type PartialSuccess,
} from '@lantern/otlp';
import type { TraceStore } from '@lantern/telemetry-store';
import { sanitize } from './sanitize/sanitize.js';
import type { TraceFeed } from './trace-feed.js';

/** Takes spans in, however they arrived: the transports only translate. */
export class TraceIngest {
  constructor(
    private readonly store: TraceStore,
    private readonly feed: TraceFeed,
  ) {}

  /**
   * @param request an `ExportTraceServiceRequest`; its bytes belong to the store from here on
   * @returns how many spans were rejected, and why, once the others can be queried
   * @throws {MalformedOtlpError}
   */
  async acceptProtobuf(request: Uint8Array): Promise<PartialSuccess> {
    return this.accept(decodeTraceRequest(request), request);
  }

  /** As {@link acceptProtobuf}, for OTLP/JSON. */
  async acceptJson(request: string): Promise<PartialSuccess> {
    return this.accept(parseTraceRequestJson(request), undefined);
  }

  private async accept(decoded: DecodedTraces, received: Uint8Array | undefined): Promise<PartialSuccess> {
    const { resourceSpans, rejected, replacedTexts } = decoded;
    const sanitized = sanitize(resourceSpans);
    const asReceived = rejected.count === 0 && replacedTexts === 0 && sanitized === resourceSpans;
    await this.store.append(asReceived && received ? received : encodeTraceRequest(sanitized));
    this.feed.publish(sanitized);
    return { rejected: BigInt(rejected.count), errorMessage: rejected.reasons.join('; ') };
  }
}
