import {
  FULL_SUCCESS,
  TraceRequestWalker,
  decodeTraceRequest,
  encodeTraceRequest,
  parseTraceRequestJson,
  type DecodedTraces,
  type PartialSuccess,
} from '@lantern/otlp';
import type { TraceStore } from '@lantern/telemetry-store';
import { refuseTooManyItems, refuseTooManyMembers } from './item-limit.js';
import { longNamesIn, longNamesOf } from './long-names.js';
import { isSound, sanitize } from './sanitize/sanitize.js';
import type { TraceFeed } from './feed.js';

/** Takes spans in, however they arrived: the transports only translate. */
export class TraceIngest {
  private readonly walker = new TraceRequestWalker(true);

  constructor(
    private readonly store: TraceStore,
    private readonly feed: TraceFeed,
  ) {}

  /**
   * @param request an `ExportTraceServiceRequest`; its bytes belong to the store from here on
   * @returns how many spans were rejected, and why, once the others can be queried
   * @throws {MalformedOtlpError}
   * @throws {HttpError} 413 for more items than one request may hold
   */
  async acceptProtobuf(request: Uint8Array): Promise<PartialSuccess> {
    const { walker } = this;
    walker.walk(request);
    refuseTooManyItems(walker.itemCount);
    if (!isSound(walker)) return this.accept(decodeTraceRequest(request));
    // Once the store has the request, another one may be walked.
    const warning = longNamesIn(walker, request);
    await this.store.append(request);
    if (this.feed.size > 0) this.feed.publish(decodeTraceRequest(request).resourceSpans);
    return warning === undefined ? FULL_SUCCESS : { rejected: 0n, errorMessage: warning };
  }

  /** As {@link acceptProtobuf}, for OTLP/JSON. */
  async acceptJson(request: string): Promise<PartialSuccess> {
    refuseTooManyMembers(request);
    return this.accept(parseTraceRequestJson(request));
  }

  private async accept({ resourceSpans, rejected }: DecodedTraces): Promise<PartialSuccess> {
    const sanitized = sanitize(resourceSpans);
    await this.store.append(encodeTraceRequest(sanitized));
    this.feed.publish(sanitized);
    const warning = longNamesOf(sanitized) ?? [];
    return {
      rejected: BigInt(rejected.count),
      errorMessage: rejected.reasons.concat(warning).join('; '),
    };
  }
}
