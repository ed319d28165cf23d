import { SpanReader, decodeSpan } from '@lantern/otlp';
import {
  StatusCode,
  boundedName,
  serviceNameOf,
  spansOf,
  type DurationNano,
  type Trace,
  type TraceId,
  type UnixNano,
} from '@lantern/telemetry-model';
import type { V3ServiceSummary, V3TraceSummary } from '@lantern/query-api';
import type { EncodedTrace } from '@lantern/telemetry-store';
import { isTooFar } from './adjust/clock-skew.js';
import { TraceOutline } from './trace-outline.js';

/** Spans that take less than a millisecond. */
const SPANS_A_STEP = 256;

/**
 * One row of a result list. The root is the earliest span without a parent; a trace that has none leaves its
 * root empty.
 */
export const summarizeTrace = (trace: Trace): V3TraceSummary => {
  const spans = Array.from(spansOf(trace.resourceSpans));
  const ids = new Set(spans.map(({ span }) => span.spanId));
  const summary = new Summary(trace.traceId);
  for (const { span, resource } of spans) {
    const { parentSpanId } = span;
    summary.add({
      service: boundedName(serviceNameOf(resource)),
      hasError: span.status.code === StatusCode.error,
      startUnixNano: span.startUnixNano,
      endUnixNano: span.endUnixNano,
      isRoot: parentSpanId === undefined,
      isOrphan: parentSpanId !== undefined && !ids.has(parentSpanId),
      name: () => span.name,
    });
  }
  return summary.row();
};

/**
 * The row of a trace as it is after it was adjusted, without its model.
 *
 * @returns undefined when its model is needed, because spans share an id
 */
export const summarizeEncodedTrace = (
  trace: EncodedTrace,
  maxClockSkewNano: DurationNano,
): V3TraceSummary | undefined => {
  const steps = summarySteps(trace, maxClockSkewNano);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** As {@link summarizeEncodedTrace}, in steps between which others may have their turn. */
export function* summarySteps(
  trace: EncodedTrace,
  maxClockSkewNano: DurationNano,
): Generator<void, V3TraceSummary | undefined> {
  const outline = yield* TraceOutline.steps(trace);
  if (!outline) return undefined;
  // Without them nothing moves.
  const skews = maxClockSkewNano === 0n ? [] : outline.clockSkews(maxClockSkewNano);
  const reader = new SpanReader();
  const summary = new Summary(trace.traceId);
  let index = 0;
  for (const { resource, spans } of trace.groups) {
    const service = boundedName(serviceNameOf(resource));
    for (const message of spans) {
      if (index % SPANS_A_STEP === 0) yield;
      const span = outline.isReadable(index) && reader.read(message) ? undefined : decodeSpan(message);
      const skew = skews[index] ?? 0n;
      const moved = isTooFar(skew, maxClockSkewNano) ? 0n : skew;
      summary.add({
        service,
        hasError: (span ? span.status.code : reader.statusCode) === StatusCode.error,
        startUnixNano: outline.startOf(index) + moved,
        endUnixNano: outline.endOf(index) + moved,
        isRoot: outline.isRoot(index),
        isOrphan: outline.isOrphan(index),
        name: () => span?.name ?? reader.name,
      });
      index++;
    }
  }
  return summary.row();
}

interface SummarizedSpan {
  readonly service: string;
  readonly hasError: boolean;
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
  /** Whether it names no parent. */
  readonly isRoot: boolean;
  /** Whether its parent is not in the trace. */
  readonly isOrphan: boolean;
  readonly name: () => string;
}

interface Counts {
  spanCount: number;
  errorSpanCount: number;
}

class Summary {
  private readonly services = new Map<string, Counts>();
  private readonly total: Counts = { spanCount: 0, errorSpanCount: 0 };
  private orphanSpanCount = 0;
  private start: UnixNano | undefined;
  private end: UnixNano | undefined;
  private root:
    { readonly service: string; readonly name: string; readonly startUnixNano: UnixNano } | undefined;

  constructor(private readonly traceId: TraceId) {}

  add({ service, hasError, startUnixNano, endUnixNano, isRoot, isOrphan, name }: SummarizedSpan): void {
    let counts = this.services.get(service);
    if (counts === undefined) this.services.set(service, (counts = { spanCount: 0, errorSpanCount: 0 }));
    for (const each of [counts, this.total]) {
      each.spanCount++;
      if (hasError) each.errorSpanCount++;
    }
    if (this.start === undefined || startUnixNano < this.start) this.start = startUnixNano;
    if (this.end === undefined || endUnixNano > this.end) this.end = endUnixNano;
    if (isOrphan) this.orphanSpanCount++;
    if (isRoot && (this.root === undefined || startUnixNano < this.root.startUnixNano)) {
      this.root = { service, name: name(), startUnixNano };
    }
  }

  row(): V3TraceSummary {
    return {
      traceId: this.traceId,
      rootServiceName: this.root?.service ?? '',
      rootOperationName: boundedName(this.root?.name ?? ''),
      minStartTimeUnixNano: String(this.start ?? 0n),
      maxEndTimeUnixNano: String(this.end ?? 0n),
      ...this.total,
      orphanSpanCount: this.orphanSpanCount,
      services: Array.from(this.services, ([name, counts]): V3ServiceSummary => ({ name, ...counts })).sort(
        (a, b) => (a.name < b.name ? -1 : 1),
      ),
    };
  }
}
