import type { ResourceSpansJson, TraceRequestJson } from '@lantern/otlp/json';
import { diffCallTrees, type CallTree, type TraceId } from '@lantern/telemetry-model';
import { traceReport, type ReportedTrace } from '@lantern/trace-report';
import { getText, parseJson } from '../http.js';
import { openedTrace } from '../opened-files/opened-traces.js';
import { LOG_LIMIT, reportedLines, traceStreams } from '../trace-streams.js';
import { LoadedTrace } from './loaded-trace.js';
import type {
  GroupKey,
  NamedDetection,
  NamedStatistics,
  SortColumn,
  TraceApi,
  TraceComparison,
  TraceOverview,
} from './trace-api.js';
import { textHash } from './text-hash.js';

/** Maximum number of cached traces. A trace of a hundred thousand spans takes about 60 MB. */
const MOST_TRACES = 3;

type Deferred = {
  [K in keyof TraceApi]: (
    ...args: [...Parameters<TraceApi[K]>, AbortSignal]
  ) => Promise<ReturnType<TraceApi[K]>>;
};

interface ShelvedTrace {
  readonly trace: LoadedTrace;
  /** File that the trace was opened from. Undefined for a trace of Lantern. */
  readonly file: string | undefined;
}

/** Cache of the traces that were viewed last. Evicted traces are fetched again. */
export class TraceShelf implements Deferred {
  private readonly kept = new Map<TraceId, ShelvedTrace>();

  async open(
    traceId: TraceId,
    knownVersion: string | undefined,
    signal: AbortSignal,
  ): Promise<TraceOverview | undefined> {
    const { trace } = await this.fetch(traceId, signal);
    return trace.version === knownVersion ? undefined : trace.overview();
  }

  async find(traceId: TraceId, text: string, signal: AbortSignal): Promise<Uint32Array> {
    return (await this.trace(traceId, signal)).find(text);
  }

  async span(traceId: TraceId, row: number, signal: AbortSignal): Promise<TraceRequestJson> {
    return (await this.trace(traceId, signal)).span(row);
  }

  async statistics(
    traceId: TraceId,
    groupBy: readonly GroupKey[],
    signal: AbortSignal,
  ): Promise<NamedStatistics[]> {
    return (await this.trace(traceId, signal)).statistics(groupBy);
  }

  async calls(traceId: TraceId, signal: AbortSignal): Promise<CallTree> {
    return (await this.trace(traceId, signal)).callTree();
  }

  async sort(traceId: TraceId, by: SortColumn, direction: 1 | -1, signal: AbortSignal): Promise<Uint32Array> {
    return (await this.trace(traceId, signal)).sort(by, direction);
  }

  async detections(traceId: TraceId, signal: AbortSignal): Promise<readonly NamedDetection[]> {
    return (await this.trace(traceId, signal)).detections();
  }

  async describe(traceId: TraceId, baseUrl: string, signal: AbortSignal): Promise<string> {
    return (await this.trace(traceId, signal)).describe(baseUrl);
  }

  async compare(a: readonly TraceId[], b: readonly TraceId[], signal: AbortSignal): Promise<TraceComparison> {
    // Traces are read sequentially: a cohort may be large, and only its calls are needed.
    const sides = [];
    for (const traceIds of [a, b]) {
      const side = [];
      for (const traceId of traceIds) {
        const { trace, file } = await this.current(traceId, signal);
        side.push({ summary: { ...trace.summary(traceId), file }, calls: trace.callTree() });
      }
      sides.push(side);
    }
    const [left = [], right = []] = sides;
    return {
      differences: diffCallTrees(
        left.map(({ calls }) => calls),
        right.map(({ calls }) => calls),
      ),
      a: left.map(({ summary }) => summary),
      b: right.map(({ summary }) => summary),
    };
  }

  async report(traceIds: readonly TraceId[], signal: AbortSignal): Promise<string> {
    const traces: ReportedTrace[] = [];
    for (const traceId of traceIds) {
      const { trace, file } = await this.current(traceId, signal);
      const { startUnixNano, duration } = trace.table;
      const end = startUnixNano + BigInt(Math.round(duration));
      const streams = await traceStreams({ traceId, startUnixNano, endUnixNano: end }, file, signal);
      const lines = reportedLines(streams);
      traces.push({ ...trace.model(), lines, areLinesCut: lines.length >= LOG_LIMIT });
    }
    return traceReport(traces, { isComparison: traces.length === 2 });
  }

  private async trace(traceId: TraceId, signal: AbortSignal): Promise<LoadedTrace> {
    return (this.kept.get(traceId) ?? (await this.fetch(traceId, signal))).trace;
  }

  /** Returns the trace from its current source: a file may have been opened or closed since it was fetched. */
  private async current(traceId: TraceId, signal: AbortSignal): Promise<ShelvedTrace> {
    const kept = this.kept.get(traceId);
    const opened = await openedTrace(traceId);
    return kept !== undefined && kept.file === opened?.file ? kept : this.fetch(traceId, signal);
  }

  private async fetch(traceId: TraceId, signal: AbortSignal): Promise<ShelvedTrace> {
    const path = `/api/v3/traces/${traceId}`;
    // A trace from an opened file takes precedence over Lantern's copy. The page names the file.
    const opened = await openedTrace(traceId);
    const { body, type } = opened ? { body: opened.body, type: 'a file' } : await getText({ path, signal });
    const version = textHash(body);
    const before = this.kept.get(traceId);
    if (before?.trace.version === version && before.file === opened?.file) return before;

    const { result } = parseJson(body, path, type) as { result?: { resourceSpans?: ResourceSpansJson[] } };
    const shelved = { trace: new LoadedTrace(result?.resourceSpans ?? [], version), file: opened?.file };
    this.kept.delete(traceId);
    this.kept.set(traceId, shelved);
    for (const oldest of [...this.kept.keys()].slice(0, -MOST_TRACES)) this.kept.delete(oldest);
    return shelved;
  }
}
