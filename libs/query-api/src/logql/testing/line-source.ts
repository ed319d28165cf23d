import type { LogLabels } from '@lantern/telemetry-model';
import type { LogSource, SourceQuery, SourceRow } from '../eval/log-source.js';
import type { QueryControl } from '../eval/query-control.js';

export const FREE_RUN: QueryControl = { checkpoint: () => undefined };

/** Lines in an array as a source, in small chunks. */
export class LineSource implements LogSource {
  private readonly rows: readonly SourceRow[];

  constructor(rows: readonly SourceRow[]) {
    this.rows = rows.toSorted((a, b) => Number(a.entry.timeUnixNano - b.entry.timeUnixNano));
  }

  async *read({
    matchers,
    range,
    direction,
    lineContains,
    values,
  }: SourceQuery): AsyncGenerator<readonly SourceRow[]> {
    const found = this.rows.filter(
      ({ labels, entry }) =>
        range.startUnixNano <= entry.timeUnixNano &&
        entry.timeUnixNano < range.endUnixNano &&
        matchers.every((matcher) => matcher.matches(labels[matcher.name] ?? '')) &&
        lineContains.every((text) => entry.line.includes(text)) &&
        Object.entries(values).every(
          ([name, value]) => (labels[name] ?? entry.structuredMetadata[name]) === value,
        ),
    );
    const ordered = direction === 'forward' ? found : found.toReversed();
    for (let at = 0; at < ordered.length; at += 3) yield ordered.slice(at, at + 3);
    yield [];
  }
}

export const row = (
  seconds: number,
  line: string,
  labels: LogLabels = { a: 'b' },
  structuredMetadata: LogLabels = {},
): SourceRow => ({
  labels,
  entry: { timeUnixNano: BigInt(Math.round(seconds * 1e9)), line, structuredMetadata },
});
