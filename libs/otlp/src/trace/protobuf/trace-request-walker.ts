import { SpanKind, StatusCode, spanKindOf, statusCodeOf } from '@lantern/telemetry-model';
import { hashEncodedAttribute } from '../../common/protobuf/attribute-hash.js';
import { holdsText, isText } from '../../common/protobuf/encoded-text.js';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { decodeTraceRequest } from './decode-trace-request.js';

/** What spans of one group share, as the bytes of their messages. */
export interface WalkedOrigin {
  /** A `Resource` message; empty when there was none. */
  readonly resource: Uint8Array;
  readonly resourceSchemaUrl: Uint8Array;
  /** An `InstrumentationScope` message; empty when there was none. */
  readonly scope: Uint8Array;
  readonly scopeSchemaUrl: Uint8Array;
}

/** Words of {@link TraceRequestWalker.ids} a span: trace id 4, span id 2, parent's span id 2. */
export const ID_WORDS = 8;
/** Words of {@link TraceRequestWalker.times} a span: start low, start high, end low, end high. */
export const TIME_WORDS = 4;

const NO_BYTES = new Uint8Array(0);
/** The walk itself only says that something is wrong; what and where is found by decoding. */
const FAULT = new Error('The walk met a malformed field.');

/**
 * Reads of an `ExportTraceServiceRequest` what an index needs, without building objects: one row a span, in
 * columns. It accepts and rejects exactly what {@link decodeTraceRequest} does. What a walk found is valid until
 * the next one.
 *
 * A request of two spans, `GET` with `{user: "7"}` and `SELECT` without attributes, gives
 *
 * ```
 * spanCount 2    spanStart 61, 140       spanEnd 138, 190     the Span messages within the request
 *                nameStart 89, 168       nameEnd 92, 174
 *                kinds 2, 3              statuses 0, 0
 *                origins 0, 0            tagEnd 1, 1          tags 0x5a3c…
 * ```
 */
export class TraceRequestWalker {
  spanCount = 0;
  /** Spans that are left out because their ids are invalid. */
  rejectedSpans = 0;
  /** Spans, events, links and attributes: what decoding would make an object for. */
  itemCount = 0;
  /** Whether there is a text that is no UTF-8, in which decoding would replace something; see the constructor. */
  hasBadText = false;
  readonly walkedOrigins: WalkedOrigin[] = [];

  spanStart = new Uint32Array(INITIAL_SPANS);
  spanEnd = new Uint32Array(INITIAL_SPANS);
  nameStart = new Uint32Array(INITIAL_SPANS);
  nameEnd = new Uint32Array(INITIAL_SPANS);
  kinds = new Uint8Array(INITIAL_SPANS);
  statuses = new Uint8Array(INITIAL_SPANS);
  /** Index into {@link walkedOrigins}. */
  origins = new Uint32Array(INITIAL_SPANS);
  /** Little-endian words of the ids' bytes; a parent of zeros is none. */
  ids = new Uint32Array(INITIAL_SPANS * ID_WORDS);
  times = new Uint32Array(INITIAL_SPANS * TIME_WORDS);
  /** Where the tags of a span end; they begin where those of the span before it end. */
  tagEnd = new Uint32Array(INITIAL_SPANS);
  /** Hashes of the attributes of each span, its events and its links; see `hashesOfAttributeText`. */
  tags = new Uint32Array(INITIAL_SPANS * 16);

  private tagCount = 0;
  private bytes: Uint8Array = NO_BYTES;
  private view: DataView = new DataView(NO_BYTES.buffer);
  private at = 0;
  private low = 0;
  private high = 0;

  /** @param checksTexts whether {@link hasBadText} is found out: who walks through what is stored knows it */
  constructor(private readonly checksTexts = false) {}

  /** @throws MalformedOtlpError */
  walk(request: Uint8Array): void {
    this.begin(request);
    try {
      this.walkRequest(request.length);
    } catch (error) {
      if (error !== FAULT && !(error instanceof MalformedOtlpError)) throw error;
      decodeTraceRequest(request);
      throw new MalformedOtlpError('', 'cannot be walked through');
    }
  }

  /** Walks one `Span` message alone. */
  walkSpan(bytes: Uint8Array, start: number, end: number): void {
    this.begin(bytes);
    this.readSpan(start, end, 0);
  }

  private begin(bytes: Uint8Array): void {
    this.spanCount = 0;
    this.rejectedSpans = 0;
    this.itemCount = 0;
    this.hasBadText = false;
    this.tagCount = 0;
    this.walkedOrigins.length = 0;
    this.at = 0;
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private walkRequest(end: number): void {
    while (this.at < end) {
      const tag = this.tag(end);
      if (tag === 0x0a) {
        const next = this.messageEnd(end);
        this.walkResourceSpans(this.at, next);
        this.at = next;
      } else this.skip(tag, end, 1);
    }
  }

  /** Twice: the resource may stand behind the spans that inherit from it. */
  private walkResourceSpans(start: number, end: number): void {
    let resource = NO_BYTES;
    let schemaUrl: Uint8Array = NO_BYTES;
    this.at = start;
    while (this.at < end) {
      const tag = this.tag(end);
      if (tag === 0x0a) {
        const next = this.messageEnd(end);
        this.checkAttributeHolder(next, RESOURCE);
        resource = merged(resource, this.bytes.subarray(this.at, next));
        this.at = next;
      } else if (tag === 0x1a) schemaUrl = this.piece(end);
      else if (tag === 0x12) this.at = this.messageEnd(end);
      else this.skip(tag, end, 3);
    }
    this.at = start;
    while (this.at < end) {
      const tag = this.tag(end);
      if (tag === 0x12) {
        const next = this.messageEnd(end);
        this.walkScopeSpans(this.at, next, resource, schemaUrl);
        this.at = next;
      } else this.skip(tag, end, 0);
    }
  }

  private walkScopeSpans(
    start: number,
    end: number,
    resource: Uint8Array,
    resourceSchemaUrl: Uint8Array,
  ): void {
    let scope = NO_BYTES;
    let scopeSchemaUrl: Uint8Array = NO_BYTES;
    const origin = this.walkedOrigins.length;
    this.at = start;
    while (this.at < end) {
      const tag = this.tag(end);
      if (tag === 0x12) {
        const next = this.messageEnd(end);
        this.readSpan(this.at, next, origin);
        this.at = next;
      } else if (tag === 0x0a) {
        const next = this.messageEnd(end);
        this.checkAttributeHolder(next, SCOPE);
        scope = merged(scope, this.bytes.subarray(this.at, next));
        this.at = next;
      } else if (tag === 0x1a) scopeSchemaUrl = this.piece(end);
      else this.skip(tag, end, 3);
    }
    this.walkedOrigins.push({ resource, resourceSchemaUrl, scope, scopeSchemaUrl });
  }

  /** A resource or a scope: neither has its tags taken here, because many spans share it. */
  private checkAttributeHolder(
    end: number,
    { attributes, texts, counts, knownFields }: AttributeHolder,
  ): void {
    const start = this.at;
    while (this.at < end) {
      const tag = this.tag(end);
      if (tag === attributes) {
        const next = this.messageEnd(end);
        this.hashAttribute(next);
      } else if (texts.includes(tag)) this.text(end);
      else if (tag === counts) this.varint(end);
      else this.skip(tag, end, knownFields);
    }
    this.at = start;
  }

  private readSpan(start: number, end: number, origin: number): void {
    const { view, spanCount: row } = this;
    this.itemCount++;
    this.makeRoom(row);
    const ids = row * ID_WORDS;
    this.ids.fill(0, ids, ids + ID_WORDS);
    const times = row * TIME_WORDS;
    this.times.fill(0, times, times + TIME_WORDS);
    let traceIdLength = 0;
    let spanIdLength = 0;
    let parentIdLength = 0;
    let nameStart = 0;
    let nameEnd = 0;
    let kind: SpanKind = SpanKind.unspecified;
    let status: StatusCode = StatusCode.unset;
    let hasBadLink = false;
    const tagsBefore = this.tagCount;

    this.at = start;
    while (this.at < end) {
      const tag = this.tag(end);
      switch (tag) {
        case 0x0a: {
          const next = this.messageEnd(end);
          traceIdLength = next - this.at;
          if (traceIdLength === 16) this.readWords(ids, 4);
          this.at = next;
          break;
        }
        case 0x12: {
          const next = this.messageEnd(end);
          spanIdLength = next - this.at;
          if (spanIdLength === 8) this.readWords(ids + 4, 2);
          this.at = next;
          break;
        }
        case 0x22: {
          const next = this.messageEnd(end);
          parentIdLength = next - this.at;
          if (parentIdLength === 8) this.readWords(ids + 6, 2);
          else this.ids.fill(0, ids + 6, ids + 8);
          this.at = next;
          break;
        }
        case 0x2a:
          nameEnd = this.messageEnd(end);
          nameStart = this.at;
          this.at = nameEnd;
          this.checkText(nameStart, nameEnd);
          break;
        case 0x30:
          this.varint(end);
          kind = spanKindOf(this.low | 0);
          break;
        case 0x39:
        case 0x41: {
          this.need(8, end);
          const word = tag === 0x39 ? times : times + 2;
          this.times[word] = view.getUint32(this.at, true);
          this.times[word + 1] = view.getUint32(this.at + 4, true);
          this.at += 8;
          break;
        }
        case 0x4a: {
          const next = this.messageEnd(end);
          this.addTag(this.hashAttribute(next));
          break;
        }
        case 0x50:
        case 0x60:
        case 0x70:
          this.varint(end);
          break;
        case 0x5a: {
          const next = this.messageEnd(end);
          this.walkEvent(next);
          break;
        }
        case 0x6a: {
          const next = this.messageEnd(end);
          if (!this.walkLink(next)) hasBadLink = true;
          break;
        }
        case 0x7a: {
          const next = this.messageEnd(end);
          status = this.walkStatus(next, status);
          break;
        }
        case 0x1a:
          this.text(end);
          break;
        case 0x85:
          this.need(4, end);
          this.at += 4;
          break;
        default:
          this.skip(tag, end, 16);
      }
    }

    if (
      traceIdLength !== 16 ||
      spanIdLength !== 8 ||
      (parentIdLength !== 8 && parentIdLength !== 0) ||
      hasBadLink ||
      this.isZero(ids, 4) ||
      this.isZero(ids + 4, 2)
    ) {
      this.rejectedSpans++;
      this.tagCount = tagsBefore;
      return;
    }
    this.spanStart[row] = start;
    this.spanEnd[row] = end;
    this.nameStart[row] = nameStart;
    this.nameEnd[row] = nameEnd;
    this.kinds[row] = kind;
    this.statuses[row] = status;
    this.origins[row] = origin;
    this.tagEnd[row] = this.tagCount;
    this.spanCount++;
  }

  private walkEvent(end: number): void {
    this.itemCount++;
    while (this.at < end) {
      const tag = this.tag(end);
      switch (tag) {
        case 0x09:
          this.need(8, end);
          this.at += 8;
          break;
        case 0x12:
          this.text(end);
          break;
        case 0x1a: {
          const next = this.messageEnd(end);
          this.addTag(this.hashAttribute(next));
          break;
        }
        case 0x20:
          this.varint(end);
          break;
        default:
          this.skip(tag, end, 4);
      }
    }
  }

  /** False when its ids are invalid. */
  private walkLink(end: number): boolean {
    this.itemCount++;
    let traceIdLength = 0;
    let spanIdLength = 0;
    while (this.at < end) {
      const tag = this.tag(end);
      switch (tag) {
        case 0x0a: {
          const next = this.messageEnd(end);
          traceIdLength = next - this.at;
          this.at = next;
          break;
        }
        case 0x12: {
          const next = this.messageEnd(end);
          spanIdLength = next - this.at;
          this.at = next;
          break;
        }
        case 0x1a:
          this.text(end);
          break;
        case 0x22: {
          const next = this.messageEnd(end);
          this.addTag(this.hashAttribute(next));
          break;
        }
        case 0x28:
          this.varint(end);
          break;
        case 0x35:
          this.need(4, end);
          this.at += 4;
          break;
        default:
          this.skip(tag, end, 6);
      }
    }
    return (traceIdLength === 0 || traceIdLength === 16) && (spanIdLength === 0 || spanIdLength === 8);
  }

  private walkStatus(end: number, status: StatusCode): StatusCode {
    while (this.at < end) {
      const tag = this.tag(end);
      if (tag === 0x18) {
        this.varint(end);
        status = statusCodeOf(this.low | 0);
      } else if (tag === 0x12) this.text(end);
      else if (tag >>> 3 === 1) this.skip(tag, end, 0);
      else this.skip(tag, end, 3);
    }
    return status;
  }

  /** A field's number and wire type; two-byte tags other than that of `flags` are handed on as they are. */
  private tag(end: number): number {
    const first = this.bytes[this.at] ?? 0;
    if (first < 0x80 && first > 7) {
      this.at++;
      return first;
    }
    this.varint(end);
    if (this.high !== 0 || this.low >>> 3 === 0) throw FAULT;
    return this.low;
  }

  private varint(end: number): void {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (this.at >= end) throw FAULT;
      const byte = bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      // The tenth byte has room for one bit of 64.
      else if (byte <= 1) high |= byte << 31;
      else throw FAULT;
      if (byte < 0x80) break;
    }
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** Reads a length; afterwards `at` is the beginning of what is that long, and the result its end. */
  private messageEnd(end: number): number {
    const first = this.bytes[this.at] ?? 0;
    let length = first;
    if (first < 0x80 && this.at < end) this.at++;
    else {
      this.varint(end);
      if (this.high !== 0) throw FAULT;
      length = this.low;
    }
    if (length > end - this.at) throw FAULT;
    return this.at + length;
  }

  private piece(end: number): Uint8Array {
    const next = this.messageEnd(end);
    const piece = this.bytes.subarray(this.at, next);
    this.checkText(this.at, next);
    this.at = next;
    return piece;
  }

  private text(end: number): void {
    const next = this.messageEnd(end);
    this.checkText(this.at, next);
    this.at = next;
  }

  private checkText(start: number, end: number): void {
    if (this.checksTexts && !this.hasBadText) this.hasBadText = !isText(this.bytes, start, end);
  }

  /** Of the `KeyValue` from here to `end`. */
  private hashAttribute(end: number): number {
    const { bytes, at } = this;
    this.itemCount++;
    const hash = hashEncodedAttribute(bytes, at, end);
    if (this.checksTexts && !this.hasBadText) this.hasBadText = !holdsText(bytes, at, end);
    this.at = end;
    return hash;
  }

  private need(count: number, end: number): void {
    if (count > end - this.at) throw FAULT;
  }

  /** @param knownFields a field up to this number would have been read if its wire type were right */
  private skip(tag: number, end: number, knownFields: number): void {
    if (tag >>> 3 <= knownFields) throw FAULT;
    switch (tag & 7) {
      case 0:
        this.varint(end);
        return;
      case 1:
        this.need(8, end);
        this.at += 8;
        return;
      case 2:
        this.at = this.messageEnd(end);
        return;
      case 5:
        this.need(4, end);
        this.at += 4;
        return;
      default:
        throw FAULT;
    }
  }

  private readWords(into: number, count: number): void {
    for (let i = 0; i < count; i++) this.ids[into + i] = this.view.getUint32(this.at + 4 * i, true);
  }

  private isZero(from: number, count: number): boolean {
    for (let i = from; i < from + count; i++) if (this.ids[i] !== 0) return false;
    return true;
  }

  private addTag(hash: number): void {
    if (this.tagCount === this.tags.length) this.tags = grown(this.tags);
    this.tags[this.tagCount++] = hash;
  }

  private makeRoom(row: number): void {
    if (row < this.spanStart.length) return;
    this.spanStart = grown(this.spanStart);
    this.spanEnd = grown(this.spanEnd);
    this.nameStart = grown(this.nameStart);
    this.nameEnd = grown(this.nameEnd);
    this.origins = grown(this.origins);
    this.ids = grown(this.ids);
    this.times = grown(this.times);
    this.tagEnd = grown(this.tagEnd);
    const { kinds, statuses } = this;
    this.kinds = new Uint8Array(2 * kinds.length);
    this.kinds.set(kinds);
    this.statuses = new Uint8Array(2 * statuses.length);
    this.statuses.set(statuses);
  }
}

const INITIAL_SPANS = 1024;

interface AttributeHolder {
  /** Tags, each a field's number and wire type. */
  readonly attributes: number;
  readonly texts: readonly number[];
  readonly counts: number;
  readonly knownFields: number;
}

const RESOURCE: AttributeHolder = { attributes: 0x0a, texts: [], counts: 0x10, knownFields: 2 };
const SCOPE: AttributeHolder = { attributes: 0x1a, texts: [0x0a, 0x12], counts: 0x20, knownFields: 4 };

const grown = (words: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(2 * words.length);
  larger.set(words);
  return larger;
};

/** Protobuf merges a message that occurs twice, and the merger of two messages is the one after the other. */
const merged = (before: Uint8Array<ArrayBuffer>, bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const both = new Uint8Array(before.length + bytes.length);
  both.set(before);
  both.set(bytes, before.length);
  return both;
};
