import { mapKey, type LogLabels } from '@lantern/telemetry-model';
import type { LabelMatcher } from '../../log-store.js';
import { textHash } from '../text-hash.js';

/** A set of labels, as one object however often it comes. */
export interface KnownStream {
  readonly key: string;
  /** `textHash` of its labels, as text. */
  readonly hash: number;
  /** Frozen: readers get it as it is. */
  readonly labels: LogLabels;
}

export class StreamTable {
  private readonly streams = new Map<string, KnownStream>();

  intern(labels: LogLabels): KnownStream {
    const text = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const key = mapKey(text);
    let stream = this.streams.get(key);
    if (!stream) {
      stream = { key, hash: textHash(text), labels: Object.freeze({ ...labels }) };
      this.streams.set(key, stream);
    }
    return stream;
  }

  values(): Iterable<KnownStream> {
    return this.streams.values();
  }

  forget({ key }: KnownStream): void {
    this.streams.delete(key);
  }
}

/** Undefined without such a label: names may be those that every object of JavaScript inherits. */
export const labelOf = ({ labels }: KnownStream, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;

export const isSelected = (stream: KnownStream, matchers: readonly LabelMatcher[]): boolean =>
  matchers.every((matcher) => matcher.matches(labelOf(stream, matcher.name) ?? ''));
