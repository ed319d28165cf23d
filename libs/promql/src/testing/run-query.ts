import { formatGoFloat } from '@lantern/go-syntax';
import type { SeriesSource } from '@lantern/telemetry-model';
import { evaluateInstant, evaluateRange, type QueryOptions, type QueryResult } from '../eval/evaluate.js';
import { formatHistogram } from '../histogram/format-histogram.js';
import { formatLabels } from '../syntax/format-labels.js';
import { parsePromql } from '../syntax/parser.js';

const EXPERIMENTAL = { experimentalFunctions: true };

export const instant = (
  query: string,
  seconds: number,
  source: SeriesSource,
  options?: QueryOptions,
): Promise<QueryResult> =>
  evaluateInstant(parsePromql(query, EXPERIMENTAL), seconds * 1_000, source, options);

export const range = (
  query: string,
  [start, end, step]: readonly [number, number, number],
  source: SeriesSource,
  options?: QueryOptions,
): Promise<QueryResult> =>
  evaluateRange(
    parsePromql(query, EXPERIMENTAL),
    { startMillis: start * 1_000, endMillis: end * 1_000, stepMillis: step * 1_000 },
    source,
    options,
  );

/** Returns a result as lines, for example `{job="api"} 5`, or `{job="api"} 5@60 6@120` for a matrix. */
export const linesOf = ({ value }: QueryResult): string[] => {
  switch (value.type) {
    case 'scalar':
    case 'string':
      return [typeof value.value === 'string' ? value.value : formatGoFloat(value.value)];
    case 'vector':
      return value.samples.map(
        ({ labels, value: number, histogram }) =>
          `${formatLabels(labels)} ${histogram ? formatHistogram(histogram) : formatGoFloat(number)}`,
      );
    case 'matrix':
      return value.series.map(({ labels, timestamps, values, histogramTimestamps, histograms }) => {
        const floats = Array.from(values, (each, at) => [timestamps[at] ?? 0, formatGoFloat(each)] as const);
        const others = histograms.map(
          (each, at) => [histogramTimestamps[at] ?? 0, formatHistogram(each)] as const,
        );
        const points = [...floats, ...others].sort(([a], [b]) => a - b);
        return `${formatLabels(labels)} ${points.map(([time, text]) => `${text}@${time / 1_000}`).join(' ')}`;
      });
  }
};
