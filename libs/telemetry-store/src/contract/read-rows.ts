import type { LogLabels } from '@lantern/telemetry-model';
import type { LogQuery, LogRow, LogStore } from '../log-store.js';

/** All of an answer. */
export const readRows = async (store: LogStore, query: LogQuery): Promise<LogRow[]> => {
  const rows: LogRow[] = [];
  for await (const chunk of store.read(query)) rows.push(...chunk);
  return rows;
};

/** Series come in any order. */
export const sortedByText = (labels: readonly LogLabels[]): LogLabels[] =>
  labels.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
