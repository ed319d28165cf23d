import { Buffer } from 'node:buffer';
import { decodeSpan } from '@lantern/otlp';
import type { Trace } from '@lantern/telemetry-model';
import { decodeTraceSteps, type EncodedTrace } from '@lantern/telemetry-store';
import type { AnswerShare } from '../../transport/answers/answer-bytes.js';
import { PIECE_BYTES, type JsonPieces } from '../../transport/answers/answer-pieces.js';
import { Turn } from '../../transport/answers/turn.js';
import { adjustBy, type AdjustOptions } from './adjust/adjust.js';
import { LIBRARY_KEYS } from './adjust/move-library-attributes.js';
import { JsonWriter } from '../../transport/answers/json-writer.js';
import type { TraceFormat } from './trace-format.js';
import { TraceOutline } from './trace-outline.js';

/** Estimated size of a span's JSON, measured on spans of eleven attributes. */
const EXPECTED_BYTES_A_SPAN = 1_200;

/** Room behind a piece for the span that exceeds it. */
const SLACK_BYTES = 64 * 1024;

/** Size up to which a trace is written as a whole, so that the text can be discarded when its model is needed after all. */
const MAX_WHOLE_BYTES = 1024 * 1024;

/** Memory of a model, by that of its messages; measured on spans of eleven attributes. */
const MODEL_FACTOR = 8;

/** Prefix of all {@link LIBRARY_KEYS}. */
const LIBRARY_PREFIX = Buffer.from('telemetry.');

/** Writes the JSON of an answer that lists traces, piece by piece, and yields to other requests. */
export class TracesJson {
  private readonly out = new JsonWriter();
  private readonly turn = new Turn();
  private isEmpty = true;

  /**
   * @param begin JSON before the first trace
   * @param share memory of the answer
   */
  constructor(
    private readonly format: TraceFormat,
    private readonly options: AdjustOptions,
    private readonly share: AnswerShare,
    begin: string,
  ) {
    this.out.text(begin);
  }

  /** @param raw whether the adjusters are skipped */
  async *add(trace: EncodedTrace, raw: boolean): JsonPieces {
    if (!this.isEmpty) this.out.comma();
    this.isEmpty = false;
    const isWritten = !raw && (yield* this.addMessages(trace));
    if (!isWritten) yield* this.addModel(trace, raw);
  }

  /** Adds a trace as it is. */
  async *addDecoded(trace: Trace): JsonPieces {
    if (!this.isEmpty) this.out.comma();
    this.isEmpty = false;
    yield* this.run(this.format.writeModel(this.out, trace), true);
  }

  /** Nothing may be added afterwards. */
  finish(end: string): Buffer {
    this.out.text(end);
    return this.out.take();
  }

  private async *addMessages(trace: EncodedTrace): AsyncGenerator<Buffer, boolean> {
    const { out, options } = this;
    const outline = yield* this.run(TraceOutline.steps(trace), false);
    if (!outline) return false;
    const isLarge = bytesOf(trace) > MAX_WHOLE_BYTES;
    // Pieces that were sent cannot be taken back.
    if (isLarge && (yield* this.run(namesLibraries(trace), false))) return false;
    const begin = out.length;
    this.reserve(trace);
    const steps = this.format.writeMessages(out, trace, outline, options.maxClockSkewNano);
    const isWritten = yield* this.run(steps, isLarge);
    if (!isWritten) out.truncate(begin);
    return isWritten;
  }

  private async *addModel(trace: EncodedTrace, raw: boolean): JsonPieces {
    const bytes = MODEL_FACTOR * bytesOf(trace);
    this.share.hold(bytes);
    const stored = yield* this.run(decodeTraceSteps(trace), false);
    const model = raw ? stored : adjustBy(this.options)(stored);
    this.reserve(trace);
    yield* this.run(this.format.writeModel(this.out, model), true);
    this.share.free(bytes);
  }

  /** @param isSent whether pieces may be sent on the way */
  private async *run<Result>(
    steps: Generator<void, Result>,
    isSent: boolean,
  ): AsyncGenerator<Buffer, Result> {
    const { out, turn } = this;
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      const pause = turn.giveWay();
      if (pause) await pause;
      if (isSent && out.length >= PIECE_BYTES) {
        yield out.take();
        out.reserve(PIECE_BYTES + SLACK_BYTES);
      }
    }
  }

  private reserve({ groups }: EncodedTrace): void {
    const spanCount = groups.reduce((sum, { spans }) => sum + spans.length, 0);
    this.out.reserve(Math.min(EXPECTED_BYTES_A_SPAN * spanCount, PIECE_BYTES + SLACK_BYTES));
  }
}

const bytesOf = ({ groups }: EncodedTrace): number => {
  let bytes = 0;
  for (const { spans } of groups) for (const { length } of spans) bytes += length;
  return bytes;
};

/** Returns whether any span has library attributes. */
function* namesLibraries({ groups }: EncodedTrace): Generator<void, boolean> {
  for (const { spans } of groups) {
    for (const [place, message] of spans.entries()) {
      if (place % 256 === 0) yield;
      const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
      if (!bytes.includes(LIBRARY_PREFIX)) continue;
      const span = decodeSpan(message);
      if (!span || span.attributes.some(({ key }) => LIBRARY_KEYS.has(key))) return true;
    }
  }
  return false;
}
