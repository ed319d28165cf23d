import { Buffer } from 'node:buffer';
import { SpanReader, decodeSpan } from '@lantern/otlp';
import { legacyTraceId } from '@lantern/query-api';
import {
  NANOS_PER_MICRO,
  type DurationNano,
  type Resource,
  type ResourceSpans,
} from '@lantern/telemetry-model';
import type { EncodedSpans, EncodedTrace } from '@lantern/telemetry-store';
import { eachSpan, type SpanEdit } from '../../../edit-spans.js';
import { isTooFar, missingParentWarning, skewWarning } from '../adjust/clock-skew.js';
import { correctSpan } from '../adjust/correct-clock-skew.js';
import { LIBRARY_KEYS } from '../adjust/move-library-attributes.js';
import { normalizeIpAttributes } from '../adjust/normalize-ip-attributes.js';
import { removeEmptyLinks } from '../adjust/remove-empty-links.js';
import { sortCollections } from '../adjust/sort-collections.js';
import { ProcessTable, toLegacySpan } from '../legacy-trace.js';
import { EncodedCache } from './encoded-cache.js';
import type { JsonWriter } from './json-writer.js';
import { OperationTags } from './operation-tags.js';
import { SpanFrame } from './span-frame.js';
import { TraceOutline } from '../trace-outline.js';

const SPAN_ID_BYTES = 8;
const QUOTE = Buffer.from('"');
const END_OF_PARENT = Buffer.from('"}');
const START_TIME = Buffer.from('],"startTime":');
const DURATION = Buffer.from(',"duration":');
const NO_WARNINGS = Buffer.from('null}');

/** As many operations as a trace seldom has. */
const OPERATION_SLOTS = 256;

const operationOf = (message: Buffer) => ({
  message,
  beforeReferences: Buffer.from(`,"operationName":${JSON.stringify(message.toString())},"references":[`),
  tags: new OperationTags(),
});

/**
 * Writes what `JSON.stringify(toLegacyTrace(adjust(trace)))` is, from the messages of the spans: making models of
 * them would take most of the time of a large answer. Only spans that are not plain become models.
 *
 * @returns false when that cannot be, because spans have to be adjusted together: some share an id, or say which
 *   library made them. What was written until then is worth nothing.
 */
export const writeLegacyTrace = (
  out: JsonWriter,
  trace: EncodedTrace,
  maxClockSkewNano: DurationNano,
): boolean => {
  const outline = TraceOutline.of(trace);
  return outline !== undefined && new LegacyTraceWriter(out, trace, outline, maxClockSkewNano).write();
};

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

  write(): boolean {
    const { out, trace, outline, processes } = this;
    out.text(`{"traceID":"${legacyTraceId(trace.traceId)}","spans":[`);
    const processIds = new Map<Resource, string>();
    let index = 0;
    for (const group of trace.groups) {
      const { resource, scope } = group;
      const processId = processIds.get(resource) ?? processes.idOf(adjustedResource(resource));
      processIds.set(resource, processId);
      const frame = new SpanFrame(scope, processId);
      for (const message of group.spans) {
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

  /** @returns false, with nothing written, when the span has events, links, a trace state or attributes that are no tags */
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

  /** @returns false when the span says which library made it */
  private modelledSpan(
    index: number,
    message: Uint8Array,
    { resource, scope }: EncodedSpans,
    { processId }: SpanFrame,
  ): boolean {
    const { outline, skews, maxClockSkewNano } = this;
    const span = decodeSpan(message);
    if (!span || span.attributes.some(({ key }) => LIBRARY_KEYS.has(key))) return false;
    const { scopeSpans } = adjustAlone(
      { resource, schemaUrl: '', scopeSpans: [{ scope, schemaUrl: '', spans: [span] }] },
      eachSpan((sorted) =>
        correctSpan(sorted, outline.isOrphan(index), skews[index] ?? 0n, maxClockSkewNano),
      ),
    );
    this.out.text(JSON.stringify(toLegacySpan(scopeSpans[0]?.spans[0] ?? span, scope, processId)));
    return true;
  }
}

/** What {@link adjustersOf} changes of spans one by one. */
const adjustAlone = (group: ResourceSpans, correctClockSkew: SpanEdit): ResourceSpans =>
  [sortCollections, correctClockSkew, normalizeIpAttributes, removeEmptyLinks].reduce<
    readonly ResourceSpans[]
  >((groups, adjuster) => adjuster(groups), [group])[0] ?? group;

const adjustedResource = (resource: Resource): Resource =>
  adjustAlone({ resource, schemaUrl: '', scopeSpans: [] }, (groups) => groups).resource;

/** Of the span that the reader has read; whole microseconds. */
const durationMicros = ({ startLow, startHigh, endLow, endHigh }: SpanReader): number =>
  Math.floor(((endHigh - startHigh) * 2 ** 32 + endLow - startLow) / 1_000);
