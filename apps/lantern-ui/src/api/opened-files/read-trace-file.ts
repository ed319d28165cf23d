import { formatTraceRequestJson, readTraceRequestJson } from '@lantern/otlp/json';
import {
  hasError,
  serviceNameOf,
  spansOf,
  type ResourceSpans,
  type SpanInContext,
  type TraceId,
} from '@lantern/telemetry-model';
import { readReport, type ReportData, type ReportLine } from '@lantern/trace-report';
import type { TraceSummary } from '../trace-summaries.js';
import { spansOfLegacyTrace } from './legacy-spans.js';

/** Trace from a file. */
export interface FileTrace {
  readonly traceId: TraceId;
  readonly summary: TraceSummary;
  /** Body of the response that Lantern's API would send: OTLP/JSON in `result`. */
  readonly body: string;
  /** Log lines of the trace. Undefined if the file has no place for them. */
  readonly lines?: readonly ReportLine[];
}

/** Error for a file without traces. The message names what it contains instead. */
export class TraceFileError extends Error {
  override readonly name = 'TraceFileError';
}

/**
 * Parses the traces of a file: OTLP/JSON (one request, or one per line as the file exporter of a Collector writes
 * them), a response of API v3, legacy Jaeger JSON (a download of its UI, a response of its API, or bare traces), or a
 * report of Lantern.
 *
 * @throws {TraceFileError}
 */
export const readTraceFile = (text: string): FileTrace[] => {
  const report = reportIn(text);
  if (report !== undefined) return tracesOfReport(report);
  const traces = tracesOf(documentsIn(text).flatMap(groupsOf));
  if (traces.length === 0) throw new TraceFileError('The file is JSON but contains no OTLP or Jaeger spans.');
  return traces;
};

const tracesOfReport = (report: ReportData): FileTrace[] => {
  const linesOf = new Map(report.traces.map(({ traceId, lines }) => [traceId, lines]));
  const traces = tracesOf(report.traces.flatMap(({ resourceSpans }) => groupsOf({ resourceSpans })));
  if (traces.length === 0) throw new TraceFileError('The report contains no spans.');
  return traces.map((trace) => ({ ...trace, lines: linesOf.get(trace.traceId) ?? [] }));
};

const reportIn = (text: string): ReportData | undefined => {
  try {
    return readReport(text);
  } catch (error) {
    throw new TraceFileError(messageOf(error));
  }
};

const tracesOf = (groups: readonly ResourceSpans[]): FileTrace[] => {
  const byTrace = Map.groupBy(groups.flatMap(splitByTrace), ({ traceId }) => traceId);
  return Array.from(byTrace, ([traceId, parts]) => {
    const ownGroups = parts.map(({ group }) => group);
    return {
      traceId,
      summary: summaryOfSpans(traceId, [...spansOf(ownGroups)]),
      body: JSON.stringify({ result: formatTraceRequestJson(ownGroups) }),
    };
  });
};

const documentsIn = (text: string): unknown[] => {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2) throw notJson(error);
    return lines.map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (fault) {
        // The first line is not JSON either. The error of the whole file is more helpful then.
        throw index === 0
          ? notJson(error)
          : new TraceFileError(`Line ${index + 1} is not valid JSON: ${messageOf(fault)}`);
      }
    });
  }
};

const notJson = (error: unknown): TraceFileError =>
  new TraceFileError(`The file is not valid JSON: ${messageOf(error)}`);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const groupsOf = (document: unknown): ResourceSpans[] => {
  if (Array.isArray(document)) return document.flatMap(groupsOf);
  if (typeof document !== 'object' || document === null) return [];
  const { result, data, resourceSpans, spans } = document as Record<string, unknown>;
  if (Array.isArray(resourceSpans)) {
    try {
      return [...readTraceRequestJson(document).resourceSpans];
    } catch (error) {
      throw new TraceFileError(`The file looks like OTLP, but ${messageOf(error)}`);
    }
  }
  if (Array.isArray(data)) return data.flatMap(groupsOf);
  if (result !== undefined) return groupsOf(result);
  return Array.isArray(spans) ? spansOfLegacyTrace(document) : [];
};

/** Splits a group, which may have spans of several traces. */
const splitByTrace = (group: ResourceSpans): { traceId: TraceId; group: ResourceSpans }[] => {
  const ids = new Set(group.scopeSpans.flatMap(({ spans }) => spans.map(({ traceId }) => traceId)));
  return Array.from(ids, (traceId) => ({
    traceId,
    group: {
      ...group,
      scopeSpans: group.scopeSpans
        .map((scope) => ({ ...scope, spans: scope.spans.filter((span) => span.traceId === traceId) }))
        .filter(({ spans }) => spans.length > 0),
    },
  }));
};

/** Returns the summary that Lantern would compute. */
const summaryOfSpans = (traceId: TraceId, spans: readonly SpanInContext[]): TraceSummary => {
  const known = new Set(spans.map(({ span }) => span.spanId));
  const starts = spans.map(({ span }) => span.startUnixNano).filter((start) => start > 0n);
  const start = starts.reduce((a, b) => (b < a ? b : a), starts[0] ?? 0n);
  const end = spans.reduce(
    (latest, { span }) => (span.endUnixNano > latest ? span.endUnixNano : latest),
    start,
  );
  const [root] = spans
    .filter(({ span }) => span.parentSpanId === undefined)
    .toSorted((a, b) => Number(a.span.startUnixNano - b.span.startUnixNano));
  const services = Map.groupBy(spans, ({ resource }) => serviceNameOf(resource));
  const errorsIn = (some: readonly SpanInContext[]) => some.filter(({ span }) => hasError(span)).length;
  return {
    traceId,
    rootService: root === undefined ? '' : serviceNameOf(root.resource),
    rootOperation: root?.span.name ?? '',
    startUnixNano: start,
    durationNano: end - start,
    spanCount: spans.length,
    errorCount: errorsIn(spans),
    orphanCount: spans.filter(
      ({ span: { parentSpanId } }) => parentSpanId !== undefined && !known.has(parentSpanId),
    ).length,
    services: Array.from(services, ([name, own]) => ({
      name,
      spanCount: own.length,
      errorCount: errorsIn(own),
    })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
};
