import {
  CATEGORIZE_LABELS,
  type LokiDroppedEntry,
  type LokiTailFrame,
  type TailRequest,
} from '@lantern/query-api';
import {
  LineLabels,
  compilePipeline,
  divideQuery,
  type LineStage,
  type LogResult,
  type SourcePart,
} from '@lantern/query-api/logql';
import type { LogStream } from '@lantern/telemetry-model';
import { groupStreams } from './format-streams.js';
import { ownValue } from './own-value.js';

/** Lines that wait for the client; beyond them the oldest are dropped, and told. */
const MAX_WAITING = 10_000;

/** Of the dropped ones so many are named in a frame. */
const MAX_NAMED = 100;

/** Lines that a frame holds at most. */
const MAX_FRAME_LINES = 1_000;

/** What one client that follows the logs has still to be sent. */
export class TailSession {
  private readonly labels = new LineLabels();
  private readonly select: SourcePart['query'];
  private readonly pipeline: LineStage;
  private waiting: LogResult[] = [];
  private dropped: LokiDroppedEntry[] = [];

  constructor(
    { expression }: Pick<TailRequest, 'expression'>,
    private readonly categorize: boolean,
  ) {
    const { query, stages } = divideQuery(expression);
    this.select = query;
    this.pipeline = compilePipeline(stages);
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Takes what the query asks for. */
  add(streams: readonly LogStream[]): void {
    for (const { labels, entries } of streams) {
      if (!this.select.matchers.every((matcher) => matcher.matches(ownValue(labels, matcher.name) ?? '')))
        continue;
      for (const { line, structuredMetadata, timeUnixNano } of entries) {
        if (!this.select.lineContains.every((text) => line.includes(text))) continue;
        this.labels.reset(labels, structuredMetadata);
        const result = this.pipeline(line, this.labels, timeUnixNano);
        if (result !== undefined) this.push({ ...this.labels.categories(), timeUnixNano, line: result });
      }
    }
  }

  /** What was stored before: some of it may have come as new in the meantime. */
  addPast(results: readonly LogResult[]): void {
    const known = new Set(this.waiting.map(keyOf));
    for (const result of results) if (!known.has(keyOf(result))) this.push(result);
  }

  private push(result: LogResult): void {
    this.waiting.push(result);
    if (this.waiting.length <= MAX_WAITING) return;
    const oldest = this.waiting.shift();
    if (oldest && this.dropped.length < MAX_NAMED) {
      this.dropped.push({ labels: oldest.stream, timestamp: String(oldest.timeUnixNano) });
    }
  }

  /**
   * The next frame: lines up to `beforeUnixNano`, in the order of time. Undefined when there is nothing to send.
   */
  frame(beforeUnixNano: bigint): LokiTailFrame | undefined {
    const ready: LogResult[] = [];
    const later: LogResult[] = [];
    for (const result of this.waiting) {
      (result.timeUnixNano <= beforeUnixNano && ready.length < MAX_FRAME_LINES ? ready : later).push(result);
    }
    if (ready.length === 0 && this.dropped.length === 0) return undefined;
    this.waiting = later;
    const { dropped } = this;
    this.dropped = [];
    ready.sort((a, b) => (a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0));
    return {
      streams: groupStreams(ready, this.categorize),
      ...(dropped.length === 0 ? undefined : { dropped_entries: dropped }),
      ...(this.categorize ? { encodingFlags: [CATEGORIZE_LABELS] } : undefined),
    };
  }
}

const keyOf = ({ timeUnixNano, line, stream }: LogResult): string =>
  JSON.stringify([String(timeUnixNano), line, stream]);
