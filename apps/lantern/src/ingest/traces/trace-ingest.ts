import {
  FULL_SUCCESS,
  checkTraceRequest,
  decodeTraceRequest,
  decodeTraceRequestSteps,
  encodeTraceRequestSteps,
  parseTraceRequestJsonSteps,
  type DecodedTraces,
  type PartialSuccess,
} from '@lantern/otlp';
import type { ResourceSpans } from '@lantern/telemetry-model';
import type { TraceStore } from '@lantern/telemetry-store';
import { rejectTooManyItems, rejectTooManyMembers } from '../item-limit.js';
import { longNamesIn, longNamesOf } from './long-names.js';
import { isSound, sanitize } from './sanitize/sanitize.js';
import type { TraceFeed } from '../feed.js';
import { Turn, inTurns } from '../../transport/answers/turn.js';

const NONE_REJECTED = { count: 0, reasons: [] };

/** Accepts spans from every transport: checks, sanitizes, stores and publishes them. */
export class TraceIngest {
  constructor(
    private readonly store: TraceStore,
    private readonly feed: TraceFeed,
  ) {}

  /**
   * @param bytes an `ExportTraceServiceRequest`; they belong to the store from here on
   * @returns number of rejected spans and the reasons, once queries see the other spans
   * @throws {MalformedOtlpError}
   * @throws {HttpError} 413 beyond the maximum number of items per request
   */
  async acceptProtobuf(bytes: Uint8Array): Promise<PartialSuccess> {
    const turn = new Turn();
    const request = checkTraceRequest(bytes);
    rejectTooManyItems(request.itemCount);
    const isReady = isSound(request);
    await turn.giveWay();
    if (!isReady) return this.accept(await inTurns(decodeTraceRequestSteps(bytes), turn), turn);
    await this.store.append(request);
    if (this.feed.size > 0) this.feed.publish(decodeTraceRequest(bytes).resourceSpans);
    const warning = longNamesIn(request);
    return warning === undefined ? FULL_SUCCESS : { rejected: 0n, errorMessage: warning };
  }

  /** As {@link acceptProtobuf}, for OTLP/JSON. */
  async acceptJson(request: string): Promise<PartialSuccess> {
    const turn = new Turn();
    rejectTooManyMembers(request);
    return this.accept(await inTurns(parseTraceRequestJsonSteps(request), turn), turn);
  }

  /** As {@link acceptProtobuf}, for spans of another format than OTLP. */
  async acceptSpans(resourceSpans: readonly ResourceSpans[]): Promise<PartialSuccess> {
    return this.accept({ resourceSpans, rejected: NONE_REJECTED, invalidTexts: 0 }, new Turn());
  }

  /** @param turn turn in which the request was decoded; each step yields to other requests */
  private async accept(
    { resourceSpans, rejected, lostFields }: DecodedTraces,
    turn: Turn,
  ): Promise<PartialSuccess> {
    await turn.giveWay();
    const sanitized = sanitize(resourceSpans);
    await turn.giveWay();
    const encoded = await inTurns(encodeTraceRequestSteps(sanitized), turn);
    await turn.giveWay();
    const checked = checkTraceRequest(encoded);
    await turn.giveWay();
    await this.store.append(checked);
    this.feed.publish(sanitized);
    const warning = longNamesOf(sanitized) ?? [];
    return {
      rejected: BigInt(rejected.count),
      errorMessage: rejected.reasons.concat(lostText(lostFields), warning).join('; '),
    };
  }
}

const lostText = (lost: DecodedTraces['lostFields']): string[] =>
  lost === undefined || lost.count === 0
    ? []
    : [
        `${lost.count} fields were left out: ${lost.texts.join(', ')}${lost.count > lost.texts.length ? ', …' : ''}`,
      ];
