import { Buffer } from 'node:buffer';
import { SpanReader, decodeSpan } from '@lantern/otlp';
import { legacyTraceId } from '@lantern/query-api';
import {
  NANOS_PER_MICRO,
  spansOf,
  type DurationNano,
  type Resource,
  type Trace,
} from '@lantern/telemetry-model';
import type { EncodedSpans, EncodedTrace } from '@lantern/telemetry-store';
import { adjustGroup, adjustSpanAlone } from '../adjust/adjust-alone.js';
import { isTooFar, missingParentWarning, skewWarning } from '../adjust/clock-skew.js';
import { LIBRARY_KEYS } from '../adjust/move-library-attributes.js';
import { ProcessTable, toLegacySpan } from './legacy-trace.js';
import { EncodedCache } from './encoded-cache.js';
import type { JsonWriter } from '../../../transport/answers/json-writer.js';
import { OperationTags } from './operation-tags.js';
import { SpanFrame } from './span-frame.js';
import type { TraceFormat } from '../trace-format.js';
import type { TraceOutline } from '../trace-outline.js';

const SPAN_ID_BYTES = 8;
const QUOTE = Buffer.from('"');
const END_OF_PARENT = Buffer.from('"}');
const START_TIME = Buffer.from('],"startTime":');
const DURATION = Buffer.from(',"duration":');
const NO_WARNINGS = Buffer.from('null}');

/** Number of cached operations. Few traces have more. */
const OPERATION_SLOTS = 256;

const operationOf = (message: Buffer) => ({
  message,
  beforeReferences: Buffer.from(`,"operationName":${JSON.stringify(message.toString())},"references":[`),
  tags: new OperationTags(),
});

/** Number of spans written in one step, which takes less than a millisecond. */
const SPANS_A_STEP = 32;

/**
 * Writes `JSON.stringify(toLegacyTrace(adjust(trace)))` from the messages of the spans, because decoding them to models
 * would take most of the time of a large answer. Only spans with events, links or nested attributes are decoded.
 *
 * @returns false when spans have library attributes and so need to be adjusted together. The caller discards the text
 *   that was written.
 */
const writeMessages: TraceFormat['writeMessages'] = (out, trace, outline, maxClockSkewNano) =>
  new LegacyTraceWriter(out, trace, outline, maxClockSkewNano).write();

/** Writes `JSON.stringify(toLegacyTrace(trace))` span by span. */
function* writeModel(out: JsonWriter, { traceId, resourceSpans }: Trace): Generator<void, void> {
  const processes = new ProcessTable();
  let index = 0;
  out.text(`{"traceID":"${legacyTraceId(traceId)}","spans":[`);
  for (const { span, scope, resource } of spansOf(resourceSpans)) {
    if (index % SPANS_A_STEP === 0) yield;
    if (index++ > 0) out.comma();
    out.text(JSON.stringify(toLegacySpan(span, scope, processes.idOf(resource))));
  }
  out.text(`],"processes":${JSON.stringify(processes.byId)},"warnings":null}`);
}

/** Traces in Jaeger's legacy JSON. */
export const LEGACY_FORMAT: TraceFormat = { writeMessages, writeModel };

class LegacyTraceWriter {
  private readonly reader = new SpanReader();
  private readonly processes = new ProcessTable();
  private readonly operations = new EncodedCache(OPERATION_SLOTS, operationOf);
  private readonly skews: readonly DurationNano[];
  private readonly beforeSpanId: Buffer;
  private readonly beforeParentId: Buffer;

  constructor(
    private readonly out: JsonWriter,
    private readonly trace: EncodedTrace,
    private readonly outline: TraceOutline,
    private readonly maxClockSkewNano: DurationNano,
  ) {
    this.skews = outline.clockSkews(maxClockSkewNano);
    const traceId = `"traceID":"${legacyTraceId(trace.traceId)}"`;
    this.beforeSpanId = Buffer.from(`{${traceId},"spanID":"`);
    this.beforeParentId = Buffer.from(`{"refType":"CHILD_OF",${traceId},"spanID":"`);
  }

  *write(): Generator<void, boolean> {
    const { out, trace, outline, processes } = this;
    out.text(`{"traceID":"${legacyTraceId(trace.traceId)}","spans":[`);
    const processIds = new Map<Resource, string>();
    let index = 0;
    for (const group of trace.groups) {
      const { resource, scope } = group;
      const processId = processIds.get(resource) ?? processes.idOf(adjustGroup(resource).resource);
      processIds.set(resource, processId);
      const frame = new SpanFrame(scope, processId);
      for (const message of group.spans) {
        if (index % SPANS_A_STEP === 0) yield;
        if (index > 0) out.comma();
        const isWritten =
          (outline.isReadable(index) && this.plainSpan(index, message, frame)) ||
          this.modelledSpan(index, message, group, frame);
        if (!isWritten) return false;
        index++;
      }
    }
    out.text(`],"processes":${JSON.stringify(processes.byId)},"warnings":null}`);
    return true;
  }

  /** @returns false, with nothing written, when the span has events, links, a trace state or nested attributes */
  private plainSpan(index: number, message: Uint8Array, frame: SpanFrame): boolean {
    const { out, reader } = this;
    reader.read(message);
    if (reader.hasMore) return false;
    const { bytes, kind, statusCode } = reader;
    const { beforeReferences, tags } = this.operations.get(bytes, reader.nameStart, reader.nameEnd);
    if (!tags.read(reader)) return false;

    out.bytes(this.beforeSpanId);
    out.hex(bytes, reader.spanIdStart, reader.spanIdStart + SPAN_ID_BYTES);
    out.bytes(QUOTE);
    out.bytes(beforeReferences);
    if (reader.hasParent) {
      out.bytes(this.beforeParentId);
      out.hex(bytes, reader.parentIdStart, reader.parentIdStart + SPAN_ID_BYTES);
      out.bytes(END_OF_PARENT);
    }
    out.bytes(START_TIME);
    this.startTime(index);
    out.bytes(DURATION);
    out.integer(durationMicros(reader));
    out.bytes(frame.beforeAttributes);
    let needsComma = frame.hasTagsOfScope;
    for (let place = 0; place < tags.count; place++) {
      if (needsComma) out.comma();
      out.bytes(tags.at(place));
      needsComma = true;
    }
    const outcome = frame.outcome(kind, statusCode, reader.statusMessage);
    if (needsComma && outcome.hasTags) out.comma();
    out.bytes(outcome.json);
    this.warnings(index);
    return true;
  }

  private startTime(index: number): void {
    const skew = this.skews[index] ?? 0n;
    if (skew !== 0n && !isTooFar(skew, this.maxClockSkewNano)) {
      this.out.text(String((this.outline.startOf(index) + skew) / NANOS_PER_MICRO));
      return;
    }
    const { startLow, startHigh } = this.reader;
    // 2^32 ns are 4,294,967 µs and 296 ns.
    this.out.integer(startHigh * 4_294_967 + Math.floor((startHigh * 296 + startLow) / 1_000));
  }

  private warnings(index: number): void {
    const { out, outline, reader } = this;
    const skew = this.skews[index] ?? 0n;
    if (outline.isOrphan(index)) {
      const parentId = reader.bytes.toString(
        'hex',
        reader.parentIdStart,
        reader.parentIdStart + SPAN_ID_BYTES,
      );
      out.text(`${JSON.stringify([missingParentWarning(parentId)])}}`);
    } else if (skew !== 0n) out.text(`${JSON.stringify([skewWarning(skew, this.maxClockSkewNano)])}}`);
    else out.bytes(NO_WARNINGS);
  }

  /** @returns false when the span has library attributes */
  private modelledSpan(
    index: number,
    message: Uint8Array,
    { scope }: EncodedSpans,
    { processId }: SpanFrame,
  ): boolean {
    const { outline, skews, maxClockSkewNano } = this;
    const span = decodeSpan(message);
    if (!span || span.attributes.some(({ key }) => LIBRARY_KEYS.has(key))) return false;
    const adjusted = adjustSpanAlone(span, {
      isOrphan: outline.isOrphan(index),
      skewNano: skews[index] ?? 0n,
      maxClockSkewNano,
    });
    this.out.text(JSON.stringify(toLegacySpan(adjusted, scope, processId)));
    return true;
  }
}

/** Returns the duration of the reader's span in whole microseconds. */
const durationMicros = ({ startLow, startHigh, endLow, endHigh }: SpanReader): number =>
  Math.floor(((endHigh - startHigh) * 2 ** 32 + endLow - startLow) / 1_000);
