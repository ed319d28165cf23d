import { SpanKind, StatusCode, spanKindOf, statusCodeOf } from '@lantern/telemetry-model';
import { AttributeHasher } from '../../common/protobuf/attribute-hasher.js';
import { WireCursor } from '../../wire/wire-cursor.js';
import { ID_WORDS, SpanColumns, TIME_WORDS } from './span-columns.js';
import {
  EVENT_ATTRIBUTE,
  EVENT_DROPPED_ATTRIBUTES,
  EVENT_NAME,
  EVENT_TIME,
  LAST_EVENT_FIELD,
  LAST_LINK_FIELD,
  LAST_SPAN_FIELD,
  LAST_STATUS_FIELD,
  LINK_ATTRIBUTE,
  LINK_DROPPED_ATTRIBUTES,
  LINK_FLAGS,
  LINK_SPAN_ID,
  LINK_TRACE_ID,
  LINK_TRACE_STATE,
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
  STATUS_RESERVED_FIELD,
  TRACE_ID_BYTES,
} from './tags.js';

/** Offsets of the IDs within a row of `SpanColumns.ids`. */
const SPAN_ID = 4;
const PARENT_SPAN_ID = 6;

/** Reads `Span` messages into rows of {@link SpanColumns} without building objects, and checks them against the schema. */
export class SpanScanner {
  columns = new SpanColumns(1);
  /** Spans with invalid IDs, which have no row. */
  rejectedSpans = 0;
  /** Spans, events and links. */
  messageCount = 0;
  readonly attributes: AttributeHasher;

  constructor(private readonly cursor = new WireCursor()) {
    this.attributes = new AttributeHasher(cursor);
  }

  /**
   * Scans one `Span` message.
   *
   * @returns columns of one row, or of none when its IDs are invalid. The next call overwrites them.
   * @throws when the message is malformed
   */
  scan(bytes: Uint8Array, start: number, end: number): SpanColumns {
    this.cursor.moveTo(bytes, start);
    this.columns.clear();
    this.scanSpan(end, 0);
    return this.columns;
  }

  /**
   * Scans the `Span` message from the cursor to `end`.
   *
   * @param origin index of the span's resource and scope
   * @throws when the message is malformed
   */
  scanSpan(end: number, origin: number): void {
    const { cursor, columns } = this;
    const start = cursor.at;
    this.messageCount++;
    columns.beginRow();
    const row = columns.spanCount;
    const { ids, times } = columns;
    const id = row * ID_WORDS;
    const time = row * TIME_WORDS;
    let traceIdLength = 0;
    let spanIdLength = 0;
    let parentIdLength = 0;
    let nameStart = 0;
    let nameEnd = 0;
    let kind: SpanKind = SpanKind.unspecified;
    let status: StatusCode = StatusCode.unset;
    let hasInvalidLink = false;

    while (cursor.at < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case SPAN_TRACE_ID: {
          const next = cursor.messageEnd(end);
          traceIdLength = next - cursor.at;
          if (traceIdLength === TRACE_ID_BYTES) this.readWords(ids, id, 4);
          cursor.at = next;
          break;
        }
        case SPAN_SPAN_ID: {
          const next = cursor.messageEnd(end);
          spanIdLength = next - cursor.at;
          if (spanIdLength === SPAN_ID_BYTES) this.readWords(ids, id + SPAN_ID, 2);
          cursor.at = next;
          break;
        }
        case SPAN_PARENT_SPAN_ID: {
          const next = cursor.messageEnd(end);
          parentIdLength = next - cursor.at;
          if (parentIdLength === SPAN_ID_BYTES) this.readWords(ids, id + PARENT_SPAN_ID, 2);
          else ids.fill(0, id + PARENT_SPAN_ID, id + ID_WORDS);
          cursor.at = next;
          break;
        }
        case SPAN_NAME:
          nameEnd = cursor.messageEnd(end);
          nameStart = cursor.at;
          this.attributes.checkText(nameEnd);
          break;
        case SPAN_KIND:
          cursor.varint(end);
          kind = spanKindOf(cursor.low | 0);
          break;
        case SPAN_START_TIME:
        case SPAN_END_TIME: {
          const { at } = cursor;
          cursor.advance(8, end);
          const word = tag === SPAN_START_TIME ? time : time + 2;
          times[word] = cursor.view.getUint32(at, true);
          times[word + 1] = cursor.view.getUint32(at + 4, true);
          break;
        }
        case SPAN_ATTRIBUTE:
          columns.addTag(this.attributes.hash(cursor.messageEnd(end)));
          break;
        case SPAN_DROPPED_ATTRIBUTES:
        case SPAN_DROPPED_EVENTS:
        case SPAN_DROPPED_LINKS:
          cursor.varint(end);
          break;
        case SPAN_EVENT:
          this.scanEvent(cursor.messageEnd(end));
          break;
        case SPAN_LINK:
          if (!this.scanLink(cursor.messageEnd(end))) hasInvalidLink = true;
          break;
        case SPAN_STATUS:
          status = this.scanStatus(cursor.messageEnd(end), status);
          break;
        case SPAN_TRACE_STATE:
          this.attributes.checkText(cursor.messageEnd(end));
          break;
        case SPAN_FLAGS:
          cursor.advance(4, end);
          break;
        default:
          cursor.skipUnknown(tag, end, LAST_SPAN_FIELD);
      }
    }

    if (
      traceIdLength !== TRACE_ID_BYTES ||
      spanIdLength !== SPAN_ID_BYTES ||
      (parentIdLength !== SPAN_ID_BYTES && parentIdLength !== 0) ||
      hasInvalidLink ||
      isZero(ids, id, id + SPAN_ID) ||
      isZero(ids, id + SPAN_ID, id + PARENT_SPAN_ID)
    ) {
      this.rejectedSpans++;
      columns.discardRow();
      return;
    }
    columns.spanStart[row] = start;
    columns.spanEnd[row] = end;
    columns.nameStart[row] = nameStart;
    columns.nameEnd[row] = nameEnd;
    columns.kinds[row] = kind;
    columns.statuses[row] = status;
    columns.origins[row] = origin;
    columns.endRow();
  }

  private scanEvent(end: number): void {
    const { cursor } = this;
    this.messageCount++;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case EVENT_TIME:
          cursor.advance(8, end);
          break;
        case EVENT_NAME:
          this.attributes.checkText(cursor.messageEnd(end));
          break;
        case EVENT_ATTRIBUTE:
          this.columns.addTag(this.attributes.hash(cursor.messageEnd(end)));
          break;
        case EVENT_DROPPED_ATTRIBUTES:
          cursor.varint(end);
          break;
        default:
          cursor.skipUnknown(tag, end, LAST_EVENT_FIELD);
      }
    }
  }

  /** @returns false when its IDs are invalid; an ID without bytes is valid */
  private scanLink(end: number): boolean {
    const { cursor } = this;
    this.messageCount++;
    let traceIdLength = 0;
    let spanIdLength = 0;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case LINK_TRACE_ID: {
          const next = cursor.messageEnd(end);
          traceIdLength = next - cursor.at;
          cursor.at = next;
          break;
        }
        case LINK_SPAN_ID: {
          const next = cursor.messageEnd(end);
          spanIdLength = next - cursor.at;
          cursor.at = next;
          break;
        }
        case LINK_TRACE_STATE:
          this.attributes.checkText(cursor.messageEnd(end));
          break;
        case LINK_ATTRIBUTE:
          this.columns.addTag(this.attributes.hash(cursor.messageEnd(end)));
          break;
        case LINK_DROPPED_ATTRIBUTES:
          cursor.varint(end);
          break;
        case LINK_FLAGS:
          cursor.advance(4, end);
          break;
        default:
          cursor.skipUnknown(tag, end, LAST_LINK_FIELD);
      }
    }
    return (
      (traceIdLength === 0 || traceIdLength === TRACE_ID_BYTES) &&
      (spanIdLength === 0 || spanIdLength === SPAN_ID_BYTES)
    );
  }

  /** @param status of an earlier `Status` of the same span: protobuf merges a message that occurs twice */
  private scanStatus(end: number, status: StatusCode): StatusCode {
    const { cursor } = this;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === STATUS_CODE) {
        cursor.varint(end);
        status = statusCodeOf(cursor.low | 0);
      } else if (tag === STATUS_MESSAGE) this.attributes.checkText(cursor.messageEnd(end));
      else if (tag >>> 3 === STATUS_RESERVED_FIELD) cursor.skip(tag, end);
      else cursor.skipUnknown(tag, end, LAST_STATUS_FIELD);
    }
    return status;
  }

  private readWords(into: Uint32Array, first: number, count: number): void {
    const { at, view } = this.cursor;
    for (let i = 0; i < count; i++) into[first + i] = view.getUint32(at + 4 * i, true);
  }
}

const isZero = (words: Uint32Array, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) if (words[i] !== 0) return false;
  return true;
};
