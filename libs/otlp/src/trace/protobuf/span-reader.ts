import { Buffer } from 'node:buffer';
import { SpanKind, StatusCode } from '@lantern/telemetry-model';
import { MALFORMED, WireCursor } from '../../wire/wire-cursor.js';
import {
  SPAN_ATTRIBUTE,
  SPAN_DROPPED_ATTRIBUTES,
  SPAN_DROPPED_EVENTS,
  SPAN_DROPPED_LINKS,
  SPAN_END_TIME,
  SPAN_EVENT,
  SPAN_FLAGS,
  SPAN_ID_BYTES,
  SPAN_KIND,
  SPAN_LINK,
  SPAN_NAME,
  SPAN_PARENT_SPAN_ID,
  SPAN_SPAN_ID,
  SPAN_START_TIME,
  SPAN_STATUS,
  SPAN_TRACE_ID,
  SPAN_TRACE_STATE,
  STATUS_CODE,
  STATUS_MESSAGE,
  TRACE_ID_BYTES,
} from './tags.js';

const NOWHERE = -1;
/** Wire type of strings, bytes and messages. */
const LENGTH_DELIMITED = 2;

/**
 * Reads the fields that most spans have, and the offsets of their strings, without building objects. Use it for stored
 * spans, which were checked on ingest.
 *
 * ```ts
 * if (reader.read(span) && !reader.hasMore) write(reader.name);
 * else write(decodeSpan(span));
 * ```
 */
export class SpanReader {
  /** Bytes that all offsets refer to. */
  bytes: Buffer = Buffer.alloc(0);
  /** 32 hex digits. */
  traceId = '';
  /** Offsets of the IDs, and the IDs as two little-endian words. A parent span ID of zeros means no parent. */
  spanIdStart = NOWHERE;
  spanIdLow = 0;
  spanIdHigh = 0;
  parentIdStart = NOWHERE;
  parentIdLow = 0;
  parentIdHigh = 0;
  nameStart = 0;
  nameEnd = 0;
  kind: SpanKind = SpanKind.unspecified;
  /** Lower and upper 32 bits of the times in Unix nanoseconds. */
  startLow = 0;
  startHigh = 0;
  endLow = 0;
  endHigh = 0;
  flags = 0;
  statusCode: StatusCode = StatusCode.unset;
  /** Whether the span has events, links or a trace state, which this reader skips. */
  hasMore = false;
  attributeCount = 0;
  /** Offsets of each attribute's `KeyValue`. */
  readonly attributeStart: number[] = [];
  readonly attributeEnd: number[] = [];

  private messageStart = 0;
  private messageEnd = 0;
  private readonly cursor = new WireCursor();
  private traceIdBytes: Buffer = Buffer.alloc(TRACE_ID_BYTES);

  /** @returns false for a span that common encoders do not write; the fields then have no meaning */
  read(span: Uint8Array): boolean {
    if (this.bytes.buffer !== span.buffer) this.bytes = Buffer.from(span.buffer);
    this.cursor.moveTo(this.bytes, span.byteOffset);
    this.reset();
    try {
      return this.readFields(span.byteOffset + span.byteLength);
    } catch (error) {
      if (error !== MALFORMED) throw error;
      return false;
    }
  }

  private readFields(end: number): boolean {
    const { cursor } = this;
    const { view } = cursor;
    let hasTraceId = false;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      const isMessage = (tag & 7) === LENGTH_DELIMITED;
      // One call for all fields, so that V8 inlines it.
      const next = isMessage ? cursor.messageEnd(end) : end;
      const { at } = cursor;
      switch (tag) {
        case SPAN_TRACE_ID:
          if (next - at !== TRACE_ID_BYTES) return false;
          this.readTraceId(at);
          hasTraceId = true;
          break;
        case SPAN_SPAN_ID:
          if (next - at !== SPAN_ID_BYTES) return false;
          this.spanIdStart = at;
          this.spanIdLow = view.getUint32(at, true);
          this.spanIdHigh = view.getUint32(at + 4, true);
          break;
        case SPAN_PARENT_SPAN_ID:
          if (next - at !== SPAN_ID_BYTES) return false;
          this.parentIdStart = at;
          this.parentIdLow = view.getUint32(at, true);
          this.parentIdHigh = view.getUint32(at + 4, true);
          break;
        case SPAN_NAME:
          this.nameStart = at;
          this.nameEnd = next;
          break;
        case SPAN_ATTRIBUTE:
          this.attributeStart[this.attributeCount] = at;
          this.attributeEnd[this.attributeCount++] = next;
          break;
        case SPAN_TRACE_STATE:
        case SPAN_EVENT:
        case SPAN_LINK:
          this.hasMore = true;
          break;
        case SPAN_STATUS:
          if (!this.readStatus(next)) return false;
          break;
        case SPAN_START_TIME:
          cursor.advance(8, end);
          this.startLow = view.getUint32(at, true);
          this.startHigh = view.getUint32(at + 4, true);
          break;
        case SPAN_END_TIME:
          cursor.advance(8, end);
          this.endLow = view.getUint32(at, true);
          this.endHigh = view.getUint32(at + 4, true);
          break;
        case SPAN_FLAGS:
          cursor.advance(4, end);
          this.flags = view.getUint32(at, true);
          break;
        case SPAN_KIND:
          cursor.varint(end);
          if (cursor.high !== 0 || cursor.low > SpanKind.consumer) return false;
          this.kind = cursor.low as SpanKind;
          break;
        case SPAN_DROPPED_ATTRIBUTES:
        case SPAN_DROPPED_EVENTS:
        case SPAN_DROPPED_LINKS:
          cursor.varint(end);
          break;
        default:
          return false;
      }
      if (isMessage) cursor.at = next;
    }
    return hasTraceId && this.spanIdStart !== NOWHERE;
  }

  get name(): string {
    return this.bytes.toString('utf8', this.nameStart, this.nameEnd);
  }

  get statusMessage(): string {
    const { bytes, messageStart, messageEnd } = this;
    return messageStart === messageEnd ? '' : bytes.toString('utf8', messageStart, messageEnd);
  }

  get hasParent(): boolean {
    return this.parentIdLow !== 0 || this.parentIdHigh !== 0;
  }

  private reset(): void {
    this.spanIdStart = this.parentIdStart = NOWHERE;
    this.parentIdLow = this.parentIdHigh = 0;
    this.nameStart = this.nameEnd = 0;
    this.kind = SpanKind.unspecified;
    this.startLow = this.startHigh = this.endLow = this.endHigh = 0;
    this.flags = 0;
    this.statusCode = StatusCode.unset;
    this.messageStart = this.messageEnd = 0;
    this.hasMore = false;
    this.attributeCount = 0;
  }

  /** Keeps the hex of the previous span's trace ID, because spans are mostly read trace by trace. */
  private readTraceId(at: number): void {
    const { bytes, traceIdBytes } = this;
    let isSame = this.traceId !== '';
    for (let i = 0; isSame && i < TRACE_ID_BYTES; i++) isSame = bytes[at + i] === traceIdBytes[i];
    if (isSame) return;
    bytes.copy(traceIdBytes, 0, at, at + TRACE_ID_BYTES);
    this.traceId = traceIdBytes.toString('hex');
  }

  private readStatus(end: number): boolean {
    const { cursor } = this;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === STATUS_CODE) {
        cursor.varint(end);
        if (cursor.high !== 0 || cursor.low > StatusCode.error) return false;
        this.statusCode = cursor.low as StatusCode;
      } else if (tag === STATUS_MESSAGE) {
        this.messageEnd = cursor.messageEnd(end);
        this.messageStart = cursor.at;
        cursor.at = this.messageEnd;
      } else return false;
    }
    return true;
  }
}
