import { formatLabels, type VolumeRequest } from '@lantern/query-api';
import { compileMatcher, stepTime, type MetricSeries, type QueryControl } from '@lantern/logql';
import type { LogLabels, UnixNano } from '@lantern/telemetry-model';
import { HttpError } from '../../transport/errors/http-error.js';
import type { LogReader } from './query-stats.js';

/** Loki's default for `volume_max_series`. */
const MAX_SERIES = 1_000;

export interface SelectionSize {
  readonly streams: number;
  readonly bytes: number;
  readonly entries: number;
}

type Selection = Pick<VolumeRequest, 'expression' | 'startUnixNano' | 'endUnixNano'>;

/** Calls `visit` for each line of a selection, with its size in bytes of UTF-8, structured metadata included. */
const visitLines = async (
  store: LogReader,
  { expression, startUnixNano, endUnixNano }: Selection,
  control: QueryControl,
  visit: (labels: LogLabels, bytes: number, timeUnixNano: bigint) => void,
): Promise<void> => {
  const matchers = expression.matchers.map((matcher) => ({
    name: matcher.name,
    matches: compileMatcher(matcher),
  }));
  const range = { startUnixNano, endUnixNano };
  // Reads the size of each line, not its text.
  const fields = { line: false, metadata: [], bytes: true };
  for await (const rows of store.read({ matchers, range, direction: 'forward', fields })) {
    for (const { labels, entry, bytes = 0 } of rows) visit(labels, bytes, entry.timeUnixNano);
    await control.checkpoint();
  }
};

export const measureSelection = async (
  store: LogReader,
  selection: Selection,
  control: QueryControl,
): Promise<SelectionSize> => {
  // The lines of a stream share their labels.
  const streams = new Set<LogLabels>();
  let entries = 0;
  let total = 0;
  await visitLines(store, selection, control, (labels, bytes) => {
    streams.add(labels);
    entries++;
    total += bytes;
  });
  return { streams: streams.size, bytes: total, entries };
};

interface Volume {
  readonly labels: LogLabels;
  readonly bytes: Float64Array;
  total: number;
}

/**
 * Returns the bytes of each series, or of each label, the largest first: by step, or in one sum at the end of the range.
 *
 * @throws {HttpError} 400 when there are too many series
 */
export const measureVolumes = async (
  store: LogReader,
  request: VolumeRequest,
  control: QueryControl,
): Promise<MetricSeries[]> => {
  const { limit, steps } = request;
  const stepCount = steps?.count ?? 1;
  const volumes = new Map<string, Volume>();
  const seriesOfStream = new Map<LogLabels, ReturnType<typeof seriesOf>>();
  await visitLines(store, request, control, (labels, bytes, time) => {
    const step = steps ? Number((time - steps.startUnixNano) / steps.stepNanos) : 0;
    let series = seriesOfStream.get(labels);
    if (!series) seriesOfStream.set(labels, (series = seriesOf(labels, request)));
    for (const [key, named] of series) {
      let volume = volumes.get(key);
      if (volume === undefined) {
        if (volumes.size === MAX_SERIES) {
          throw new HttpError(
            400,
            `the query hit the max number of series limit (limit: ${MAX_SERIES} series)`,
          );
        }
        volumes.set(key, (volume = { labels: named, bytes: new Float64Array(stepCount), total: 0 }));
      }
      volume.bytes[step] = (volume.bytes[step] ?? 0) + bytes;
      volume.total += bytes;
    }
  });
  return Array.from(volumes.entries())
    .sort(([a, { total: totalA }], [b, { total: totalB }]) => totalB - totalA || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([, { labels, bytes }]) => ({
      labels,
      points: Array.from(bytes, (value, index) => ({
        timeUnixNano: endOfPeriod(request, index),
        value,
      })).filter(({ value }) => value > 0),
    }));
};

/** Loki stamps a volume with the last millisecond of its period, and the last one with the end of the range. */
const endOfPeriod = ({ steps, endUnixNano }: VolumeRequest, index: number): UnixNano => {
  if (!steps || index === steps.count - 1) return endUnixNano;
  return stepTime(steps, index + 1) - 1_000_000n;
};

/** Returns the series that a line counts for: its stream reduced to some labels, or each of those labels. */
const seriesOf = (labels: LogLabels, request: VolumeRequest): (readonly [key: string, LogLabels])[] => {
  const { targetLabels, aggregateBy, expression } = request;
  const named = targetLabels.length > 0 ? targetLabels : expression.matchers.map(({ name }) => name);
  const names = Object.keys(labels)
    .filter(
      (name) =>
        (aggregateBy === 'labels' && targetLabels.length === 0) || named.length === 0 || named.includes(name),
    )
    .sort();
  if (aggregateBy === 'labels') return names.map((name) => [name, { [name]: '' }] as const);
  if (names.length === 0) return [];
  const picked = Object.fromEntries(names.map((name) => [name, labels[name] ?? '']));
  return [[formatLabels(picked), picked]];
};
