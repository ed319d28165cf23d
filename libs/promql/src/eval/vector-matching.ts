import { METRIC_NAME, SeriesLabels, compareUtf8, mapKey } from '@lantern/telemetry-model';
import type { Aggregation, VectorMatching } from '../syntax/ast.js';

/** Returns the text that is equal for series that belong together. */
export type SignatureOf = (labels: SeriesLabels) => string;

const valuesOf = (labels: SeriesLabels, names: readonly string[]): string => {
  let signature = '';
  for (const name of names) {
    const value = labels.get(name);
    signature += `${value.length}:${value}`;
  }
  return signature;
};

/** Returns the signature of series for a binary operation. */
export const matchSignature = ({ on, labels }: VectorMatching): SignatureOf => {
  if (on) return (series) => mapKey(valuesOf(series, labels));
  const ignored = new Set([...labels, METRIC_NAME]);
  return (series) => mapKey(series.filter((name) => !ignored.has(name)).key);
};

/** Returns the labels by which a series was matched. */
export const matchedLabels = (labels: SeriesLabels, { on, labels: names }: VectorMatching): SeriesLabels => {
  const named = new Set(on ? names : [...names, METRIC_NAME]);
  return labels.filter((name) => named.has(name) === on);
};

/** Returns the signature and the labels of the groups of an aggregation. */
export const groupingOf = ({
  without,
  labels,
}: Pick<Aggregation, 'without' | 'labels'>): {
  readonly signature: SignatureOf;
  readonly labelsOf: (labels: SeriesLabels) => SeriesLabels;
} => {
  if (without) {
    const removed = new Set([...labels, METRIC_NAME]);
    const labelsOf = (series: SeriesLabels) => series.filter((name) => !removed.has(name));
    return { signature: (series) => mapKey(labelsOf(series).key), labelsOf };
  }
  const names = [...new Set(labels)].sort(compareUtf8);
  const kept = new Set(names);
  if (names.length === 0) return { signature: () => '', labelsOf: () => SeriesLabels.EMPTY };
  return {
    signature: (series) => mapKey(valuesOf(series, names)),
    labelsOf: (series) => series.filter((name) => kept.has(name)),
  };
};
