import { mapKey, type LogLabels, type UnixNano } from '@lantern/telemetry-model';
import type { LogExpr } from '../ast.js';
import { LineLabels, type LabelCategories } from '../pipeline/line-labels.js';
import { CheckPace } from './check-pace.js';
import { EvaluationError } from './evaluation-error.js';
import { compilePipeline, divideQuery } from './line-pipeline.js';
import type { LogSource } from './log-source.js';
import type { QueryControl } from './query-control.js';

export interface LogResult extends LabelCategories {
  readonly timeUnixNano: UnixNano;
  readonly line: string;
}

export interface LogQueryOptions {
  readonly startUnixNano: UnixNano;
  /** Exclusive. */
  readonly endUnixNano: UnixNano;
  readonly direction: 'forward' | 'backward';
  readonly limit: number;
  /** Minimum distance between two lines of a stream; 0 for all lines. */
  readonly intervalNanos?: bigint;
}

/**
 * Limit on the lines of an answer together, with the labels that stages gave them: either is as long as ingest allows,
 * or as a template makes it.
 */
const MAX_CHARACTERS = 64 * 1024 * 1024;

/** Memory of a result without its line, and of a character of one. */
const RESULT_BYTES = 200;
const BYTES_A_CHARACTER = 2;

/**
 * Returns the first lines in the given direction, up to the limit.
 *
 * @throws {EvaluationError} when the answer becomes too large; and the error by which `control` stops it
 */
export const evaluateLog = async (
  expression: LogExpr,
  options: LogQueryOptions,
  source: LogSource,
  control: QueryControl,
): Promise<LogResult[]> => {
  const { startUnixNano, endUnixNano, direction, limit, intervalNanos = 0n } = options;
  const { query, stages } = divideQuery(expression);
  const pipeline = compilePipeline(stages);
  const labels = new LineLabels();
  const results: LogResult[] = [];
  const lastOfStream = new Map<string, UnixNano>();
  const pace = new CheckPace();
  let characters = 0;
  for await (const rows of source.read({ ...query, range: { startUnixNano, endUnixNano }, direction })) {
    for (const { labels: stream, entry } of rows) {
      const { timeUnixNano, structuredMetadata } = entry;
      // Awaiting undefined would cost a microtask.
      const pause = pace.isDueAfter(entry.line) ? control.checkpoint() : undefined;
      if (pause) await pause;
      labels.reset(stream, structuredMetadata);
      const line = pipeline(entry.line, labels, timeUnixNano);
      if (line === undefined) continue;
      const categories = labels.categories();
      if (intervalNanos > 0n && isTooClose(lastOfStream, categories, timeUnixNano, intervalNanos)) continue;
      characters += line.length + charactersOf(categories.parsed);
      if (characters > MAX_CHARACTERS) {
        throw new EvaluationError(
          `the lines of the answer have more than ${MAX_CHARACTERS} characters together; ` +
            'consider a lower limit, a shorter range, or a narrower selector',
        );
      }
      control.hold?.(RESULT_BYTES + BYTES_A_CHARACTER * line.length);
      if (results.push({ ...categories, timeUnixNano, line }) === limit) return results;
    }
    await control.checkpoint();
  }
  return results;
};

const charactersOf = (labels: LogLabels): number => {
  let characters = 0;
  for (const name in labels) characters += name.length + (labels[name]?.length ?? 0);
  return characters;
};

const isTooClose = (
  lastOfStream: Map<string, UnixNano>,
  { stream }: LabelCategories,
  time: UnixNano,
  interval: bigint,
): boolean => {
  const key = mapKey(JSON.stringify(stream));
  const last = lastOfStream.get(key);
  if (last !== undefined && (time > last ? time - last : last - time) < interval) return true;
  lastOfStream.set(key, time);
  return false;
};
