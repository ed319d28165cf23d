import {
  CATEGORIZE_LABELS,
  formatLabels,
  type LokiStream,
  type LokiStreams,
  type LokiValue,
} from '@lantern/query-api';
import type { LogLabels } from '@lantern/telemetry-model';
import type { LogRow } from '@lantern/telemetry-store';
import { sortLabels } from './sort-labels.js';

/**
 * Rows as Loki groups them: by stream, streams by their labels, lines in the order in which they came.
 *
 * @param categorize keep structured metadata beside each line; otherwise it joins the labels, so that a
 *   stream splits by its values
 */
export const formatStreams = (rows: readonly LogRow[], categorize: boolean): LokiStreams => {
  const streams = new Map<string, { readonly stream: LogLabels; readonly values: LokiValue[] }>();
  for (const row of rows) {
    const { entry } = row;
    const labels = categorize ? row.labels : { ...entry.structuredMetadata, ...row.labels };
    const key = formatLabels(labels);
    let stream = streams.get(key);
    if (stream === undefined) streams.set(key, (stream = { stream: sortLabels(labels), values: [] }));
    const time = String(entry.timeUnixNano);
    stream.values.push(
      categorize ? [time, entry.line, categoriesOf(entry.structuredMetadata)] : [time, entry.line],
    );
  }
  return {
    resultType: 'streams',
    ...(categorize ? { encodingFlags: [CATEGORIZE_LABELS] } : undefined),
    result: Array.from(streams.entries())
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, stream]): LokiStream => stream),
    stats: {},
  };
};

const categoriesOf = (structuredMetadata: LogLabels) =>
  Object.keys(structuredMetadata).length === 0 ? {} : { structuredMetadata: sortLabels(structuredMetadata) };
