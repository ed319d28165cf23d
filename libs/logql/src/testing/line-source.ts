import type { LogLabels } from '@lantern/telemetry-model';
import type { LogSource, SourceFields, SourceQuery, SourceRow } from '../eval/log-source.js';
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
    fields,
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
    const shown = fields ? found.map((each) => onlyWhatIsNeeded(each, fields)) : found;
    const ordered = direction === 'forward' ? shown : shown.toReversed();
    for (let at = 0; at < ordered.length; at += 3) yield ordered.slice(at, at + 3);
    yield [];
  }
}

/** A source may leave out whatever is not looked at; this one always does. */
const onlyWhatIsNeeded = (
  { labels, entry }: SourceRow,
  { line, metadata: names }: SourceFields,
): SourceRow => ({
  labels,
  entry: {
    timeUnixNano: entry.timeUnixNano,
    line: line ? entry.line : '',
    structuredMetadata: Object.fromEntries(
      Object.entries(entry.structuredMetadata).filter(([name]) => names?.includes(name) ?? true),
    ),
  },
});

export const row = (
  seconds: number,
  line: string,
  labels: LogLabels = { a: 'b' },
  structuredMetadata: LogLabels = {},
): SourceRow => ({
  labels,
  entry: { timeUnixNano: BigInt(Math.round(seconds * 1e9)), line, structuredMetadata },
});
