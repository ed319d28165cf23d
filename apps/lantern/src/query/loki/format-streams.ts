import {
  CATEGORIZE_LABELS,
  formatLabels,
  type LokiCategories,
  type LokiStats,
  type LokiStream,
  type LokiStreams,
  type LokiValue,
} from '@lantern/query-api';
import type { LogResult } from '@lantern/logql';
import { mapKey, type LogLabels } from '@lantern/telemetry-model';
import { Turn } from '../../transport/answers/turn.js';
import { sortLabels } from './sort-labels.js';

/** Groups of lines as Loki makes them: by stream, sorted by labels. Lines keep their order. */
class StreamGroups {
  private readonly streams = new Map<
    string,
    { readonly key: string; readonly stream: LogLabels; readonly values: LokiValue[] }
  >();

  /**
   * @param categorize keep structured metadata and parsed labels beside each line; otherwise they join the labels, so
   *   that a stream splits by their values
   */
  constructor(private readonly categorize: boolean) {}

  add({ stream: own, structuredMetadata, parsed, timeUnixNano, line }: LogResult): void {
    const { streams, categorize } = this;
    const labels = categorize ? own : { ...own, ...structuredMetadata, ...parsed };
    const key = formatLabels(labels);
    const inMap = mapKey(key);
    let stream = streams.get(inMap);
    if (stream === undefined) streams.set(inMap, (stream = { key, stream: sortLabels(labels), values: [] }));
    const time = String(timeUnixNano);
    stream.values.push(categorize ? [time, line, categoriesOf(structuredMetadata, parsed)] : [time, line]);
  }

  sorted(): LokiStream[] {
    return Array.from(this.streams.values())
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ stream, values }) => ({ stream, values }));
  }
}

/** Groups the lines of one frame. See {@link StreamGroups}. */
export const groupStreams = (lines: readonly LogResult[], categorize: boolean): LokiStream[] => {
  const groups = new StreamGroups(categorize);
  for (const line of lines) groups.add(line);
  return groups.sorted();
};

/** Groups the lines of an answer, and yields to other requests. See {@link StreamGroups}. */
export const formatStreams = async (
  lines: readonly LogResult[],
  categorize: boolean,
  stats: LokiStats,
): Promise<LokiStreams> => {
  const turn = new Turn();
  const groups = new StreamGroups(categorize);
  for (const line of lines) {
    groups.add(line);
    const pause = turn.giveWay();
    if (pause) await pause;
  }
  return {
    resultType: 'streams',
    ...(categorize ? { encodingFlags: [CATEGORIZE_LABELS] } : undefined),
    result: groups.sorted(),
    stats,
  };
};

const categoriesOf = (structuredMetadata: LogLabels, parsed: LogLabels): LokiCategories => ({
  ...(isEmpty(structuredMetadata) ? undefined : { structuredMetadata: sortLabels(structuredMetadata) }),
  ...(isEmpty(parsed) ? undefined : { parsed: sortLabels(parsed) }),
});

const isEmpty = (labels: LogLabels): boolean => Object.keys(labels).length === 0;
