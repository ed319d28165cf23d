import type { LogLabels, LogStream } from '@lantern/telemetry-model';
import { bytesOfEntry } from '../entry-bytes.js';
import type { LabelMatcher, LogQuery, LogRow, LogStore, LogStoreStats } from '../log-store.js';

/** The contract at its plainest: a list of rows that every question walks from end to end. */
export class NaiveLogStore implements LogStore {
  private readonly rows: LogRow[] = [];

  async append(streams: readonly LogStream[]): Promise<readonly LogStream[]> {
    const added: LogStream[] = [];
    for (const { labels, entries } of streams) {
      for (const entry of entries) {
        const isKnown = this.rows.some(
          (row) =>
            keyOf(row.labels) === keyOf(labels) &&
            row.entry.timeUnixNano === entry.timeUnixNano &&
            row.entry.line === entry.line &&
            keyOf(row.entry.structuredMetadata) === keyOf(entry.structuredMetadata),
        );
        if (isKnown) continue;
        this.rows.push({ labels, entry });
        added.push({ labels, entries: [entry] });
      }
    }
    return added;
  }

  async *read({
    direction,
    lineContains = [],
    values = {},
    fields,
    ...where
  }: LogQuery): AsyncGenerator<readonly LogRow[]> {
    const rows = this.rowsOf(where)
      .filter(({ entry }) => lineContains.every((text) => entry.line.includes(text)))
      .filter((row) => Object.entries(values).every(([name, value]) => valueOf(row, name) === value))
      // Sorting keeps the order of equals, which is that of arrival.
      .sort((a, b) => Number(a.entry.timeUnixNano - b.entry.timeUnixNano));
    const shown = fields?.bytes ? rows.map((row) => ({ ...row, bytes: bytesOfEntry(row.entry) })) : rows;
    yield direction === 'forward' ? shown : shown.toReversed();
  }

  async series(where: Pick<LogQuery, 'matchers' | 'range'>): Promise<LogLabels[]> {
    const byKey = new Map(this.rowsOf(where).map(({ labels }) => [keyOf(labels), labels]));
    return [...byKey.values()];
  }

  async stats(): Promise<LogStoreStats> {
    const streams = new Set(this.rows.map(({ labels }) => keyOf(labels))).size;
    return { streams, entries: this.rows.length, bytes: 0, evictedEntries: 0 };
  }

  async clear(): Promise<void> {
    this.rows.length = 0;
  }

  async close(): Promise<void> {
    this.rows.length = 0;
  }

  private rowsOf({ matchers, range }: Pick<LogQuery, 'matchers' | 'range'>): LogRow[] {
    return this.rows.filter(
      ({ labels, entry }) =>
        range.startUnixNano <= entry.timeUnixNano &&
        entry.timeUnixNano < range.endUnixNano &&
        matchers.every((matcher) => isMatch(labels, matcher)),
    );
  }
}

const valueOf = ({ labels, entry }: LogRow, name: string): string | undefined =>
  new Map([...Object.entries(entry.structuredMetadata), ...Object.entries(labels)]).get(name);

const isMatch = (labels: LogLabels, matcher: LabelMatcher): boolean => {
  const [, value = ''] = Object.entries(labels).find(([name]) => name === matcher.name) ?? [];
  return matcher.matches(value);
};

const keyOf = (labels: LogLabels): string => JSON.stringify(Object.entries(labels).sort());
