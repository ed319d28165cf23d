import type { ResourceSpansJson, TraceRequestJson } from '@lantern/otlp/json';
import { diffCallTrees, type CallTree, type TraceId } from '@lantern/telemetry-model';
import { getText, parseJson } from '../http.js';
import { openedTrace } from '../opened-files/opened-traces.js';
import { LoadedTrace } from './loaded-trace.js';
import type {
  GroupKey,
  NamedStatistics,
  SortColumn,
  TraceApi,
  TraceComparison,
  TraceOverview,
} from './trace-api.js';
import { textHash } from './text-hash.js';

/** Enough to go back and forth between a few; a trace of a hundred thousand spans takes about 60 MB. */
const MOST_TRACES = 3;

type Deferred = {
  [K in keyof TraceApi]: (
    ...args: [...Parameters<TraceApi[K]>, AbortSignal]
  ) => Promise<ReturnType<TraceApi[K]>>;
};

interface ShelvedTrace {
  readonly trace: LoadedTrace;
  /** Opened file that the trace comes from; undefined for Lantern's copy. */
  readonly file: string | undefined;
}

/** The traces that were looked at last. One that is asked for and no longer here is fetched again. */
export class TraceShelf implements Deferred {
  readonly #kept = new Map<TraceId, ShelvedTrace>();

  async open(
    traceId: TraceId,
    knownVersion: string | undefined,
    signal: AbortSignal,
  ): Promise<TraceOverview | undefined> {
    const { trace } = await this.#fetch(traceId, signal);
    return trace.version === knownVersion ? undefined : trace.overview();
  }

  async find(traceId: TraceId, text: string, signal: AbortSignal): Promise<Uint32Array> {
    return (await this.#trace(traceId, signal)).find(text);
  }

  async span(traceId: TraceId, row: number, signal: AbortSignal): Promise<TraceRequestJson> {
    return (await this.#trace(traceId, signal)).span(row);
  }

  async statistics(
    traceId: TraceId,
    groupBy: readonly GroupKey[],
    signal: AbortSignal,
  ): Promise<NamedStatistics[]> {
    return (await this.#trace(traceId, signal)).statistics(groupBy);
  }

  async calls(traceId: TraceId, signal: AbortSignal): Promise<CallTree> {
    return (await this.#trace(traceId, signal)).callTree();
  }

  async sort(traceId: TraceId, by: SortColumn, direction: 1 | -1, signal: AbortSignal): Promise<Uint32Array> {
    return (await this.#trace(traceId, signal)).sort(by, direction);
  }

  async compare(a: readonly TraceId[], b: readonly TraceId[], signal: AbortSignal): Promise<TraceComparison> {
    // One after the other: a cohort may be large, and of each trace only its calls are needed.
    const sides = [];
    for (const traceIds of [a, b]) {
      const side = [];
      for (const traceId of traceIds) {
        const { trace, file } = await this.#current(traceId, signal);
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

  async #trace(traceId: TraceId, signal: AbortSignal): Promise<LoadedTrace> {
    return (this.#kept.get(traceId) ?? (await this.#fetch(traceId, signal))).trace;
  }

  /** The trace from where it comes now: a file may have been opened or closed since the trace was fetched. */
  async #current(traceId: TraceId, signal: AbortSignal): Promise<ShelvedTrace> {
    const kept = this.#kept.get(traceId);
    const opened = await openedTrace(traceId);
    return kept !== undefined && kept.file === opened?.file ? kept : this.#fetch(traceId, signal);
  }

  async #fetch(traceId: TraceId, signal: AbortSignal): Promise<ShelvedTrace> {
    const path = `/api/v3/traces/${traceId}`;
    // A trace that was opened from a file takes precedence over Lantern's copy; the page names the file.
    const opened = await openedTrace(traceId);
    const { body, type } = opened ? { body: opened.body, type: 'a file' } : await getText({ path, signal });
    const version = textHash(body);
    const before = this.#kept.get(traceId);
    if (before?.trace.version === version && before.file === opened?.file) return before;

    const { result } = parseJson(body, path, type) as { result?: { resourceSpans?: ResourceSpansJson[] } };
    const shelved = { trace: new LoadedTrace(result?.resourceSpans ?? [], version), file: opened?.file };
    this.#kept.delete(traceId);
    this.#kept.set(traceId, shelved);
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST_TRACES)) this.#kept.delete(oldest);
    return shelved;
  }
}
