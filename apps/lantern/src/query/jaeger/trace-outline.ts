import { SpanReader, decodeSpan } from '@lantern/otlp';
import {
  bytesFromId,
  type DurationNano,
  type Resource,
  type SpanId,
  type UnixNano,
} from '@lantern/telemetry-model';
import type { EncodedTrace } from '@lantern/telemetry-store';
import { NO_PARENT, clockSkews } from './adjust/clock-skew.js';
import { hostOf } from './adjust/correct-clock-skew.js';
import { SpanIdTable } from './span-id-table.js';

/** Spans that take less than a millisecond. */
const SPANS_A_STEP = 256;

/** Parents and times of a trace's spans, in their order: what can be known of one only beside the others. */
export class TraceOutline {
  private readonly parents: Int32Array;
  /** Unix nanoseconds of the start and the end of each span. */
  private readonly times: BigUint64Array;
  private readonly hosts: string[] = [];
  private readonly orphans = new Set<number>();
  private readonly unreadable = new Set<number>();

  private constructor(spanCount: number) {
    this.parents = new Int32Array(spanCount).fill(NO_PARENT);
    this.times = new BigUint64Array(2 * spanCount);
  }

  /** Undefined when an id occurs twice. */
  static of(trace: EncodedTrace): TraceOutline | undefined {
    const steps = TraceOutline.steps(trace);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** As {@link of}, in steps between which others may have their turn. */
  static *steps({ traceId, groups }: EncodedTrace): Generator<void, TraceOutline | undefined> {
    const spanCount = groups.reduce((sum, { spans }) => sum + spans.length, 0);
    const outline = new TraceOutline(spanCount);
    const { parents, hosts, orphans, unreadable } = outline;
    const times = new Uint32Array(outline.times.buffer);
    const ids = new SpanIdTable(spanCount);
    const parentIds = new Uint32Array(2 * spanCount);
    const hostOfResource = new Map<Resource, string>();
    const reader = new SpanReader();
    let index = 0;
    for (const { resource, spans } of groups) {
      const host = hostOfResource.get(resource) ?? hostOf(resource);
      hostOfResource.set(resource, host);
      for (const message of spans) {
        if (index % SPANS_A_STEP === 0) yield;
        hosts.push(host);
        if (reader.read(message) && reader.traceId === traceId && isUsual(reader)) {
          if (!ids.add(reader.spanIdLow, reader.spanIdHigh, index)) return undefined;
          parentIds[2 * index] = reader.parentIdLow;
          parentIds[2 * index + 1] = reader.parentIdHigh;
          times[4 * index] = reader.startLow;
          times[4 * index + 1] = reader.startHigh;
          times[4 * index + 2] = reader.endLow;
          times[4 * index + 3] = reader.endHigh;
        } else {
          const span = decodeSpan(message);
          if (!span || !ids.add(...wordsOf(span.spanId), index)) return undefined;
          if (span.parentSpanId !== undefined) parentIds.set(wordsOf(span.parentSpanId), 2 * index);
          outline.times[2 * index] = span.startUnixNano;
          outline.times[2 * index + 1] = span.endUnixNano;
          unreadable.add(index);
        }
        index++;
      }
    }
    for (let span = 0; span < spanCount; span++) {
      if (span % SPANS_A_STEP === 0) yield;
      const low = parentIds[2 * span] ?? 0;
      const high = parentIds[2 * span + 1] ?? 0;
      if (low === 0 && high === 0) continue;
      const parent = ids.get(low, high);
      if (parent === undefined) orphans.add(span);
      else parents[span] = parent;
    }
    return outline;
  }

  clockSkews(maxDelta: DurationNano): DurationNano[] {
    const { parents, hosts } = this;
    return clockSkews(
      {
        parents,
        startOf: (span) => this.startOf(span),
        endOf: (span) => this.endOf(span),
        hostOf: (span) => hosts[span] ?? '',
      },
      maxDelta,
    );
  }

  startOf(span: number): UnixNano {
    return this.times[2 * span] ?? 0n;
  }

  endOf(span: number): UnixNano {
    return this.times[2 * span + 1] ?? 0n;
  }

  /** Returns whether {@link SpanReader} can read the span. */
  isReadable(span: number): boolean {
    return !this.unreadable.has(span);
  }

  /** Whether the span names no parent. */
  isRoot(span: number): boolean {
    return this.parents[span] === NO_PARENT && !this.isOrphan(span);
  }

  /** Whether the span has a parent that is not in the trace. */
  isOrphan(span: number): boolean {
    return this.orphans.has(span);
  }
}

/** Until 2116, with its end behind its start and within days of it: so that numbers of microseconds are exact. */
const isUsual = ({ startLow, startHigh, endLow, endHigh }: SpanReader): boolean =>
  endHigh < 2 ** 30 &&
  endHigh - startHigh < 2 ** 20 &&
  (startHigh < endHigh || (startHigh === endHigh && startLow <= endLow));

const wordsOf = (id: SpanId): [low: number, high: number] => {
  const { buffer } = new Uint8Array(bytesFromId(id));
  const view = new DataView(buffer);
  return [view.getUint32(0, true), view.getUint32(4, true)];
};
