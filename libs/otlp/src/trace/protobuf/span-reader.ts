import { Buffer } from 'node:buffer';
import { SpanKind, StatusCode } from '@lantern/telemetry-model';

/** The tags of a `Span`'s fields: number and wire type, each in one byte but for that of `flags`. */
const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;
const TRACE_STATE = 0x1a;
const PARENT_SPAN_ID = 0x22;
const NAME = 0x2a;
const KIND = 0x30;
const START = 0x39;
const END = 0x41;
const ATTRIBUTE = 0x4a;
const DROPPED_ATTRIBUTES = 0x50;
const EVENT = 0x5a;
const DROPPED_EVENTS = 0x60;
const LINK = 0x6a;
const DROPPED_LINKS = 0x70;
const STATUS = 0x7a;
const FLAGS = 0x85;
const FLAGS_SECOND = 0x01;
/** The tags of a `Status`. */
const STATUS_MESSAGE = 0x12;
const STATUS_CODE = 0x18;

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const NOWHERE = -1;

/**
 * Reads what most spans consist of, and says where it stands, without making anything of it. Meant for spans that were
 * checked when they came in.
 *
 * ```ts
 * if (reader.read(span) && !reader.hasMore) write(reader.name);
 * else write(decodeSpan(span));
 * ```
 */
export class SpanReader {
  /** What all positions refer to. */
  bytes: Buffer = Buffer.alloc(0);
  /** 32 hex digits. */
  traceId = '';
  /** Where the eight bytes of the ids stand, and what they are as two words; a parent of zeros is none. */
  spanIdStart = NOWHERE;
  spanIdLow = 0;
  spanIdHigh = 0;
  parentIdStart = NOWHERE;
  parentIdLow = 0;
  parentIdHigh = 0;
  nameStart = 0;
  nameEnd = 0;
  kind: SpanKind = SpanKind.unspecified;
  /** Unix nanoseconds, the lower and the upper 32 bits. */
  startLow = 0;
  startHigh = 0;
  endLow = 0;
  endHigh = 0;
  flags = 0;
  statusCode: StatusCode = StatusCode.unset;
  /** Whether the span has events, links or a trace state, of which nothing is told. */
  hasMore = false;
  attributeCount = 0;
  /** Where each attribute's `KeyValue` stands. */
  readonly attributeStart: number[] = [];
  readonly attributeEnd: number[] = [];

  private messageStart = 0;
  private messageEnd = 0;
  private at = 0;
  private traceIdBytes: Buffer = Buffer.alloc(TRACE_ID_BYTES);

  /** @returns false for a span that is not written as encoders write it; the fields then tell nothing */
  read(span: Uint8Array): boolean {
    if (this.bytes.buffer !== span.buffer) this.bytes = Buffer.from(span.buffer);
    const { bytes } = this;
    this.at = span.byteOffset;
    const end = this.at + span.byteLength;
    this.reset();
    let hasTraceId = false;
    while (this.at < end) {
      const tag = bytes[this.at++] ?? 0;
      switch (tag) {
        case TRACE_ID:
          if (bytes[this.at++] !== TRACE_ID_BYTES) return false;
          this.readTraceId();
          hasTraceId = true;
          break;
        case SPAN_ID:
          if (bytes[this.at++] !== SPAN_ID_BYTES) return false;
          this.spanIdStart = this.at;
          this.spanIdLow = this.fixed32();
          this.spanIdHigh = this.fixed32();
          break;
        case PARENT_SPAN_ID:
          if (bytes[this.at++] !== SPAN_ID_BYTES) return false;
          this.parentIdStart = this.at;
          this.parentIdLow = this.fixed32();
          this.parentIdHigh = this.fixed32();
          break;
        case NAME: {
          const length = this.length();
          this.nameStart = this.at;
          this.nameEnd = this.at += length;
          break;
        }
        case KIND: {
          const kind = bytes[this.at++] ?? 0;
          if (kind > SpanKind.consumer) return false;
          this.kind = kind as SpanKind;
          break;
        }
        case START:
          this.startLow = this.fixed32();
          this.startHigh = this.fixed32();
          break;
        case END:
          this.endLow = this.fixed32();
          this.endHigh = this.fixed32();
          break;
        case ATTRIBUTE: {
          const length = this.length();
          this.attributeStart[this.attributeCount] = this.at;
          this.attributeEnd[this.attributeCount++] = this.at += length;
          break;
        }
        case TRACE_STATE:
        case EVENT:
        case LINK: {
          const length = this.length();
          this.at += length;
          this.hasMore = true;
          break;
        }
        case DROPPED_ATTRIBUTES:
        case DROPPED_EVENTS:
        case DROPPED_LINKS:
          this.length();
          break;
        case STATUS:
          if (!this.readStatus()) return false;
          break;
        case FLAGS:
          if (bytes[this.at++] !== FLAGS_SECOND) return false;
          this.flags = this.fixed32();
          break;
        default:
          return false;
      }
    }
    return this.at === end && hasTraceId && this.spanIdStart !== NOWHERE;
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

  /** Spans come by the trace: its id is most often that of the span before. */
  private readTraceId(): void {
    const { bytes, at, traceIdBytes } = this;
    this.at += TRACE_ID_BYTES;
    let isSame = this.traceId !== '';
    for (let i = 0; isSame && i < TRACE_ID_BYTES; i++) isSame = bytes[at + i] === traceIdBytes[i];
    if (isSame) return;
    bytes.copy(traceIdBytes, 0, at, at + TRACE_ID_BYTES);
    this.traceId = traceIdBytes.toString('hex');
  }

  private readStatus(): boolean {
    const { bytes } = this;
    const length = this.length();
    const end = this.at + length;
    while (this.at < end) {
      const tag = bytes[this.at++];
      if (tag === STATUS_CODE) {
        const code = bytes[this.at++] ?? 0;
        if (code > StatusCode.error) return false;
        this.statusCode = code as StatusCode;
      } else if (tag === STATUS_MESSAGE) {
        const messageLength = this.length();
        this.messageStart = this.at;
        this.messageEnd = this.at += messageLength;
      } else return false;
    }
    return this.at === end;
  }

  /** A varint, of which no more than 32 bits count. */
  private length(): number {
    const { bytes } = this;
    let byte = bytes[this.at++] ?? 0;
    let length = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      byte = bytes[this.at++] ?? 0;
      if (shift < 32) length |= (byte & 0x7f) << shift;
    }
    return length >>> 0;
  }

  private fixed32(): number {
    const { bytes, at } = this;
    this.at += 4;
    return (
      ((bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        ((bytes[at + 3] ?? 0) << 24)) >>>
      0
    );
  }
}
