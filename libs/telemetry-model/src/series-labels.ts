import { compareUtf8 } from './utf8-order.js';

/** Label that holds the name of the metric. */
export const METRIC_NAME = '__name__';

/**
 * Labels of a metric series: pairs of name and value, sorted by name. A label with an empty value is an absent label, so
 * none is stored. Immutable.
 *
 * @see https://prometheus.io/docs/concepts/data_model/
 */
export class SeriesLabels {
  static readonly EMPTY = new SeriesLabels([], []);

  private cachedKey: string | undefined;

  private constructor(
    readonly names: readonly string[],
    readonly values: readonly string[],
  ) {}

  /** Returns the labels of these pairs in any order. Of two pairs with one name, the later one counts. */
  static of(pairs: Iterable<readonly [name: string, value: string]>): SeriesLabels {
    const byName = new Map(pairs);
    const names: string[] = [];
    for (const [name, value] of byName) if (value !== '') names.push(name);
    names.sort(compareUtf8);
    return new SeriesLabels(
      names,
      names.map((name) => byName.get(name) ?? ''),
    );
  }

  static fromRecord(record: Readonly<Record<string, string>>): SeriesLabels {
    return SeriesLabels.of(Object.entries(record));
  }

  /** Wraps pairs that are sorted by the bytes of their names, distinct and without empty values. Copies nothing. */
  static fromSorted(names: readonly string[], values: readonly string[]): SeriesLabels {
    return new SeriesLabels(names, values);
  }

  /** Returns the value of a label; the empty string for an absent one. */
  get(name: string): string {
    const { names } = this;
    for (let at = 0; at < names.length; at++) if (names[at] === name) return this.values[at] ?? '';
    return '';
  }

  get metricName(): string {
    return this.get(METRIC_NAME);
  }

  get size(): number {
    return this.names.length;
  }

  /** Text that identifies the labels. Pass it through `mapKey` before it becomes the key of a `Map`. */
  get key(): string {
    if (this.cachedKey !== undefined) return this.cachedKey;
    const { names, values } = this;
    let key = '';
    // Lengths keep apart what a separator, which a value may contain, would not.
    for (let at = 0; at < names.length; at++) {
      const name = names[at] ?? '';
      const value = values[at] ?? '';
      key += `${name.length},${value.length}:${name}${value}`;
    }
    return (this.cachedKey = key);
  }

  equals(other: SeriesLabels): boolean {
    return this === other || this.compare(other) === 0;
  }

  /** Orders labels pair by pair, by the bytes of names and values. */
  compare(other: SeriesLabels): number {
    const count = Math.min(this.size, other.size);
    for (let at = 0; at < count; at++) {
      const order =
        compareUtf8(this.names[at] ?? '', other.names[at] ?? '') ||
        compareUtf8(this.values[at] ?? '', other.values[at] ?? '');
      if (order !== 0) return order;
    }
    return this.size - other.size;
  }

  /** Returns the labels with one added, replaced, or with an empty value removed. */
  with(name: string, value: string): SeriesLabels {
    if (this.get(name) === value) return this;
    return SeriesLabels.of([...this.entries(), [name, value]]);
  }

  /** Returns the labels whose names pass the test. */
  filter(keeps: (name: string) => boolean): SeriesLabels {
    const names: string[] = [];
    const values: string[] = [];
    for (let at = 0; at < this.names.length; at++) {
      const name = this.names[at] ?? '';
      if (!keeps(name)) continue;
      names.push(name);
      values.push(this.values[at] ?? '');
    }
    return names.length === this.names.length ? this : new SeriesLabels(names, values);
  }

  withoutMetricName(): SeriesLabels {
    return this.filter((name) => name !== METRIC_NAME);
  }

  entries(): [name: string, value: string][] {
    return this.names.map((name, at) => [name, this.values[at] ?? '']);
  }

  /** Returns an object without a prototype, so that every name is an own property, also `__proto__`. */
  toRecord(): Record<string, string> {
    const record = Object.create(null) as Record<string, string>;
    for (let at = 0; at < this.names.length; at++) record[this.names[at] ?? ''] = this.values[at] ?? '';
    return record;
  }

  toJSON(): Record<string, string> {
    return this.toRecord();
  }
}
