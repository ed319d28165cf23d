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
  type QueryControl,
  type SourcePart,
} from '@lantern/logql';
import { mapKey, type LogLabels, type LogStream } from '@lantern/telemetry-model';
import { groupStreams } from './format-streams.js';
import { ownValue } from './own-value.js';

/** Limit on the characters of lines and labels in one frame: JSON may write six for each. A longer line has a frame of its own. */
const MAX_FRAME_CHARACTERS = 512 * 1024;

/** Limit on the lines in one frame. */
const MAX_FRAME_LINES = 1_000;

/** Limits on the lines that wait for a slow client. Beyond them the oldest lines are dropped and reported in the next frame. */
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024;
const MAX_WAITING_LINES = 10_000;

/** Limit on the dropped lines that one frame names. The frame has the number of all. */
const MAX_NAMED = 100;

interface WaitingLine {
  readonly result: LogResult;
  readonly characters: number;
}

/** Lines that one client of `tail` has not been sent yet. */
export class TailSession {
  private readonly labels = new LineLabels();
  private readonly select: SourcePart['query'];
  private readonly pipeline: LineStage;
  /** Streams as they were stored, before the pipeline. */
  private incoming: LogStream[] = [];
  private incomingCharacters = 0;
  private waiting: WaitingLine[] = [];
  private waitingCharacters = 0;
  private dropped: LokiDroppedEntry[] = [];
  /** Number of lines dropped since the last frame, named or not. */
  private droppedCount = 0;

  constructor(
    { expression }: Pick<TailRequest, 'expression'>,
    private readonly categorize: boolean,
  ) {
    const { query, stages } = divideQuery(expression);
    this.select = query;
    this.pipeline = compilePipeline(stages);
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.incoming.length === 0;
  }

  /** Accepts what has been stored. The pipeline runs in {@link filter}, because the sender waits for this call. */
  offer(streams: readonly LogStream[]): void {
    for (const stream of streams) {
      if (!this.selects(stream.labels)) continue;
      this.incoming.push(stream);
      this.incomingCharacters += charactersOfStream(stream);
    }
    while (this.incomingCharacters > MAX_WAITING_CHARACTERS && this.incoming.length > 1) {
      const oldest = this.takeIncoming();
      for (const { timeUnixNano } of oldest?.entries ?? []) this.drop(oldest?.labels ?? {}, timeUnixNano);
    }
  }

  /**
   * Runs the pipeline over what has been offered.
   *
   * @throws the error by which `control` stops it
   */
  async filter(control: QueryControl): Promise<void> {
    for (let stream = this.takeIncoming(); stream; stream = this.takeIncoming()) {
      for (const { line, structuredMetadata, timeUnixNano } of stream.entries) {
        const pause = control.checkpoint();
        if (pause) await pause;
        if (!this.select.lineContains.every((text) => line.includes(text))) continue;
        this.labels.reset(stream.labels, structuredMetadata);
        const result = this.pipeline(line, this.labels, timeUnixNano);
        if (result === undefined) continue;
        this.waiting.push(toWaitingLine({ ...this.labels.categories(), timeUnixNano, line: result }));
        this.waitingCharacters += this.waiting.at(-1)?.characters ?? 0;
        this.dropBeyondLimits();
      }
    }
  }

  /** Accepts the answer of a query over the past, newest first. Lines that have also been offered count once. */
  addPast(results: readonly LogResult[]): void {
    const offered = new Map<string, number>();
    const times = new Set<bigint>();
    for (const { result } of this.waiting) {
      const key = keyOf(result);
      offered.set(key, (offered.get(key) ?? 0) + 1);
      times.add(result.timeUnixNano);
    }
    // Each offered line hides one past line: different lines may read the same behind a `line_format`.
    const isNew = (result: LogResult): boolean => {
      // Most lines of the past have no time in common with the offered ones, and need no key.
      if (!times.has(result.timeUnixNano)) return true;
      const key = keyOf(result);
      const count = offered.get(key) ?? 0;
      offered.set(key, count - 1);
      return count <= 0;
    };
    const past = results.filter(isNew).map(toWaitingLine);
    this.waiting = [...past.reverse(), ...this.waiting];
    this.waitingCharacters += past.reduce((sum, { characters }) => sum + characters, 0);
    this.dropBeyondLimits();
  }

  /** Returns the next frame: the oldest lines up to `beforeUnixNano`, by time. Undefined when there are none. */
  frame(beforeUnixNano: bigint): LokiTailFrame | undefined {
    const isReady = ({ result }: WaitingLine) => result.timeUnixNano <= beforeUnixNano;
    const ready = this.waiting.filter(isReady).sort(byTime);
    if (ready.length === 0 && this.droppedCount === 0) return undefined;
    let count = 0;
    let characters = 0;
    for (const line of ready) {
      const isFull = count === MAX_FRAME_LINES || characters + line.characters > MAX_FRAME_CHARACTERS;
      if (count > 0 && isFull) break;
      count++;
      characters += line.characters;
    }
    this.waiting = [...ready.slice(count), ...this.waiting.filter((line) => !isReady(line))];
    this.waitingCharacters -= characters;
    const { dropped, droppedCount } = this;
    this.dropped = [];
    this.droppedCount = 0;
    const sent = ready.slice(0, count).map(({ result }) => result);
    return {
      streams: groupStreams(sent, this.categorize),
      ...(dropped.length === 0 ? undefined : { dropped_entries: dropped }),
      ...(droppedCount > dropped.length ? { dropped_count: droppedCount } : undefined),
      ...(this.categorize ? { encodingFlags: [CATEGORIZE_LABELS] } : undefined),
    };
  }

  private selects(labels: LogLabels): boolean {
    return this.select.matchers.every((matcher) => matcher.matches(ownValue(labels, matcher.name) ?? ''));
  }

  private takeIncoming(): LogStream | undefined {
    const stream = this.incoming.shift();
    if (stream) this.incomingCharacters -= charactersOfStream(stream);
    return stream;
  }

  private dropBeyondLimits(): void {
    let excess = 0;
    while (
      this.waiting.length - excess > MAX_WAITING_LINES ||
      (this.waitingCharacters > MAX_WAITING_CHARACTERS && this.waiting.length - excess > 1)
    ) {
      const oldest = this.waiting[excess++];
      if (!oldest) break;
      this.waitingCharacters -= oldest.characters;
      this.drop(oldest.result.stream, oldest.result.timeUnixNano);
    }
    if (excess > 0) this.waiting.splice(0, excess);
  }

  private drop(labels: LogLabels, timeUnixNano: bigint): void {
    this.droppedCount++;
    if (this.dropped.length < MAX_NAMED) this.dropped.push({ labels, timestamp: String(timeUnixNano) });
  }
}

const byTime = ({ result: a }: WaitingLine, { result: b }: WaitingLine): number =>
  a.timeUnixNano < b.timeUnixNano ? -1 : a.timeUnixNano > b.timeUnixNano ? 1 : 0;

const charactersOfLabels = (labels: LogLabels): number => {
  let characters = 0;
  for (const name in labels) characters += name.length + (labels[name]?.length ?? 0);
  return characters;
};

const charactersOfStream = ({ labels, entries }: LogStream): number =>
  entries.reduce(
    (sum, { line, structuredMetadata }) => sum + line.length + charactersOfLabels(structuredMetadata),
    charactersOfLabels(labels),
  );

const toWaitingLine = (result: LogResult): WaitingLine => {
  const { line, stream, structuredMetadata, parsed } = result;
  const labels =
    charactersOfLabels(stream) + charactersOfLabels(structuredMetadata) + charactersOfLabels(parsed);
  return { result, characters: line.length + labels };
};

const keyOf = ({ timeUnixNano, line, stream, structuredMetadata, parsed }: LogResult): string =>
  mapKey(JSON.stringify([String(timeUnixNano), line, stream, structuredMetadata, parsed]));
