import { mapKey, type LogLabels } from '@lantern/telemetry-model';
import type { LabelMatcher } from '../log-store.js';
import { textHash } from '../bytes/text-hash.js';

/** Set of labels. Equal sets share one object. */
export interface KnownStream {
  readonly key: string;
  /** `textHash` of the labels as text. */
  readonly hash: number;
  /** Frozen, because callers get the object without a copy. */
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

/** Returns undefined without such a label. Names may be those of inherited properties of JavaScript objects. */
export const labelOf = ({ labels }: KnownStream, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;

export const isSelected = (stream: KnownStream, matchers: readonly LabelMatcher[]): boolean =>
  matchers.every((matcher) => matcher.matches(labelOf(stream, matcher.name) ?? ''));
