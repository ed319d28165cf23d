import { WARNINGS_ATTRIBUTE } from '@lantern/telemetry-model';
import { Buffer } from 'node:buffer';
import { readKeyValue, type SpanReader } from '@lantern/otlp';
import { LIBRARY_KEYS } from '../adjust/move-library-attributes.js';
import { normalizeIpAttribute } from '../adjust/normalize-ip-attributes.js';
import { toKeyValue } from './legacy-trace.js';
import { EncodedCache, isMadeOf, type MadeOfMessage } from './encoded-cache.js';

/** An attribute as a tag in JSON. */
interface AttributeTag extends MadeOfMessage {
  readonly key: string;
  readonly json: Buffer;
  /** False for an attribute that readers do not get as a tag of the span. */
  readonly isTag: boolean;
}

const attributeTags = new EncodedCache<AttributeTag>(8192, (message) => {
  const attribute = normalizeIpAttribute(readKeyValue(message));
  const { key } = attribute;
  return {
    message,
    key,
    json: Buffer.from(JSON.stringify(toKeyValue(attribute))),
    isTag: key !== WARNINGS_ATTRIBUTE && !LIBRARY_KEYS.has(key),
  };
});

/**
 * The attributes of the spans of one operation, one after the other. Most often each span has the keys of the one
 * before, in the same order, and most of its values.
 */
export class OperationTags {
  /** Tags of the last span, in the order of its attributes. */
  private readonly tags: AttributeTag[] = [];
  /** Which of them is the first by its key, which the second, and so on. */
  private order: number[] = [];

  /** @returns false when the span has nested attributes; the tags are then invalid */
  read({ bytes, attributeCount, attributeStart, attributeEnd }: SpanReader): boolean {
    const { tags } = this;
    let isInOrder = this.order.length === attributeCount;
    for (let i = 0; i < attributeCount; i++) {
      const start = attributeStart[i] ?? 0;
      const end = attributeEnd[i] ?? 0;
      const before = tags[i];
      if (before && isMadeOf(before, bytes, start, end)) continue;
      const tag = attributeTags.get(bytes, start, end);
      if (!tag.isTag) {
        this.order = [];
        return false;
      }
      if (tag.key !== before?.key) isInOrder = false;
      tags[i] = tag;
    }
    if (!isInOrder) {
      tags.length = attributeCount;
      this.order = sortedIndexes(tags.map(({ key }) => key));
    }
    return true;
  }

  get count(): number {
    return this.order.length;
  }

  /** The JSON of the tag in this place. */
  at(place: number): Buffer {
    return this.tags[this.order[place] ?? 0]?.json ?? NOTHING;
  }
}

const NOTHING = Buffer.alloc(0);

/** As `sortCollections` sorts attributes. */
const sortedIndexes = (keys: readonly string[]): number[] =>
  Array.from(keys.keys()).sort((a, b) => {
    const [one = '', other = ''] = [keys[a], keys[b]];
    return one < other ? -1 : one > other ? 1 : 0;
  });
