import type {
  V3AttributeKeys,
  V3AttributeLevel,
  V3AttributeType,
  V3AttributeValues,
  V3AttributesRequest,
} from '@lantern/query-api';
import {
  AttributeMap,
  attributeText,
  type AnyValue,
  type Attributes,
  type SpanInContext,
} from '@lantern/telemetry-model';
import type { TraceStore } from '@lantern/telemetry-store';

/**
 * So many parts of the range are sampled alike, so that what was common only for a while shows, too; they are also
 * the turns between which other requests are answered.
 */
const PARTS = 8;
const SPANS_PER_PART = 256;
/** A key may be on few of the spans only. */
const SPANS_PER_PART_FOR_VALUES = 1_024;

const MAX_KEYS = 500;
const MAX_VALUES = 100;
/** Maximum length of a key or a value to complete: longer ones would weigh on the answer, and on the count. */
const MAX_LENGTH = 256;

interface KeyCount {
  count: number;
  readonly levels: Set<V3AttributeLevel>;
  readonly types: Map<V3AttributeType, number>;
}

/** The attributes that spans of a range have, counted on a sample of them. */
export const attributeKeys = async (
  store: TraceStore,
  request: V3AttributesRequest,
): Promise<V3AttributeKeys> => {
  const keys = new Map<string, KeyCount>();
  const sampledSpans = await eachSampled(store, request, SPANS_PER_PART, (candidate) => {
    const ofSpan = new Set<string>();
    for (const [level, attributes] of attributesByLevel(candidate)) {
      for (const { key, value } of attributes) {
        if (key.length > MAX_LENGTH) continue;
        let counted = keys.get(key);
        if (!counted) keys.set(key, (counted = { count: 0, levels: new Set(), types: new Map() }));
        counted.levels.add(level);
        if (ofSpan.has(key)) continue;
        ofSpan.add(key);
        counted.count++;
        const type = typeOf(value);
        counted.types.set(type, (counted.types.get(type) ?? 0) + 1);
      }
    }
  });
  return {
    keys: Array.from(keys, ([key, { count, levels, types }]) => ({
      key,
      type: mostFrequent(types)[0]?.[0] ?? 'empty',
      count,
      levels: [...levels].sort(),
    }))
      .filter(({ key }) => beginsWith(key, request.prefix))
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
      .slice(0, MAX_KEYS),
    sampledSpans,
  };
};

/** Values of one attribute, in all places that a search reads. */
export const attributeValues = async (
  store: TraceStore,
  request: V3AttributesRequest,
): Promise<V3AttributeValues> => {
  const counts = new Map<string, number>();
  const sampledSpans = await eachSampled(store, request, SPANS_PER_PART_FOR_VALUES, (candidate) => {
    const ofSpan = new Set<string>();
    for (const [, attributes] of attributesByLevel(candidate)) {
      for (const { key, value } of attributes) {
        const text = key === request.key ? attributeText(value) : undefined;
        if (text !== undefined && text.length <= MAX_LENGTH) ofSpan.add(text);
      }
    }
    for (const text of ofSpan) counts.set(text, (counts.get(text) ?? 0) + 1);
  });
  return {
    values: mostFrequent(counts)
      .filter(([value]) => beginsWith(value, request.prefix))
      .slice(0, MAX_VALUES)
      .map(([value, count]) => ({ value, count })),
    sampledSpans,
  };
};

/** Ends a search: the sample is large enough. */
class SampleFull extends Error {}

/** @returns how many spans were visited */
const eachSampled = async (
  store: TraceStore,
  { service, range }: V3AttributesRequest,
  spansPerPart: number,
  visit: (candidate: SpanInContext) => void,
): Promise<number> => {
  const { startUnixNano } = range;
  const width = range.endUnixNano - startUnixNano + 1n;
  let visited = 0;
  for (let part = BigInt(PARTS) - 1n; part >= 0n; part--) {
    let left = spansPerPart;
    try {
      await store.findTraces({
        ...(service === '' ? undefined : { service }),
        range: {
          startUnixNano: startUnixNano + (width * part) / BigInt(PARTS),
          endUnixNano: startUnixNano + (width * (part + 1n)) / BigInt(PARTS) - 1n,
        },
        limit: 1,
        where: (candidate) => {
          if (left === 0) throw new SampleFull();
          left--;
          visited++;
          visit(candidate);
          // None is found, so that none is read as a whole.
          return false;
        },
      });
    } catch (error) {
      if (!(error instanceof SampleFull)) throw error;
    }
  }
  return visited;
};

const attributesByLevel = ({
  span,
  scope,
  resource,
}: SpanInContext): (readonly [V3AttributeLevel, Attributes])[] => [
  ['span', span.attributes],
  ['resource', resource.attributes],
  ['scope', scope.attributes],
  ...span.events.map(({ attributes }) => ['event', attributes] as const),
  ...span.links.map(({ attributes }) => ['link', attributes] as const),
];

const typeOf = (value: AnyValue): V3AttributeType => {
  if (value === null) return 'empty';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof AttributeMap) return 'map';
  if (typeof value === 'object') return 'array';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' ? 'int' : 'double';
};

const beginsWith = (text: string, prefix: string): boolean =>
  text.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();

const mostFrequent = <Text extends string>(counts: ReadonlyMap<Text, number>): [Text, number][] =>
  [...counts].sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1));
