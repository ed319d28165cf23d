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
import { sortLabels } from './sort-labels.js';

/**
 * Groups lines as Loki does: by stream, sorted by labels. Lines keep their order.
 *
 * @param categorize keep structured metadata and parsed labels beside each line; otherwise they join the labels,
 *   so that a stream splits by their values
 */
export const groupStreams = (lines: readonly LogResult[], categorize: boolean): LokiStream[] => {
  const streams = new Map<string, { readonly key: string; stream: LogLabels; values: LokiValue[] }>();
  for (const { stream: own, structuredMetadata, parsed, timeUnixNano, line } of lines) {
    const labels = categorize ? own : { ...own, ...structuredMetadata, ...parsed };
    const key = formatLabels(labels);
    const inMap = mapKey(key);
    let stream = streams.get(inMap);
    if (stream === undefined) streams.set(inMap, (stream = { key, stream: sortLabels(labels), values: [] }));
    const time = String(timeUnixNano);
    stream.values.push(categorize ? [time, line, categoriesOf(structuredMetadata, parsed)] : [time, line]);
  }
  return Array.from(streams.values())
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ stream, values }) => ({ stream, values }));
};

export const formatStreams = (
  lines: readonly LogResult[],
  categorize: boolean,
  stats: LokiStats,
): LokiStreams => ({
  resultType: 'streams',
  ...(categorize ? { encodingFlags: [CATEGORIZE_LABELS] } : undefined),
  result: groupStreams(lines, categorize),
  stats,
});

const categoriesOf = (structuredMetadata: LogLabels, parsed: LogLabels): LokiCategories => ({
  ...(isEmpty(structuredMetadata) ? undefined : { structuredMetadata: sortLabels(structuredMetadata) }),
  ...(isEmpty(parsed) ? undefined : { parsed: sortLabels(parsed) }),
});

const isEmpty = (labels: LogLabels): boolean => Object.keys(labels).length === 0;
