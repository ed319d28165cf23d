import { Buffer } from 'node:buffer';
import { SeriesLabels, compareUtf8, mapKey } from '@lantern/telemetry-model';
import { DamageError } from '../bytes/byte-reader.js';

/**
 * Key of a series: its labels as the messages `Label` of Prometheus' remote write 1.0, sorted by name, as text of one byte
 * a character. The bytes of a request are therefore the key of a series, and a known series is found without decoding
 * its labels.
 *
 * @see https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export type LabelKey = string;

/** Tags of the fields `TimeSeries.labels`, `Label.name` and `Label.value`. */
const LABELS_TAG = 0x0a;
const NAME_TAG = 0x0a;
const VALUE_TAG = 0x12;

export const encodeLabels = ({ names, values }: SeriesLabels): LabelKey => {
  let key = '';
  for (const [i, name] of names.entries()) {
    const field = textField(NAME_TAG, name) + textField(VALUE_TAG, values[i] ?? '');
    key += String.fromCharCode(LABELS_TAG) + varint(field.length) + field;
  }
  return key;
};

const textField = (tag: number, text: string): string => {
  const bytes = Buffer.from(text).toString('latin1');
  return String.fromCharCode(tag) + varint(bytes.length) + bytes;
};

const varint = (value: number): string => {
  let text = '';
  for (; value >= 0x80; value = Math.floor(value / 0x80)) text += String.fromCharCode((value % 0x80) | 0x80);
  return text + String.fromCharCode(value);
};

/** Names and values of labels share their texts, because series repeat them. */
const texts = new Map<string, string>();
const MAX_TEXTS = 50_000;
const MAX_SHARED_LENGTH = 128;

const shared = (text: string): string => {
  if (text.length > MAX_SHARED_LENGTH) return text;
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= MAX_TEXTS) texts.clear();
  texts.set(text, text);
  return text;
};

/** Lists of names by their joined text, because the series of a metric have the same names. */
const lists = new Map<string, readonly string[]>();
const MAX_LISTS = 10_000;

const sharedList = (names: readonly string[]): readonly string[] => {
  const key = mapKey(JSON.stringify(names));
  const known = lists.get(key);
  if (known) return known;
  if (lists.size >= MAX_LISTS) lists.clear();
  lists.set(key, names);
  return names;
};

/**
 * Decodes a key. Labels that are not sorted, repeated or empty, and lengths that are not in the shortest form, make
 * another key than {@link encodeLabels} of the result.
 *
 * @throws DamageError when the text is no key
 */
export const decodeLabels = (key: LabelKey): SeriesLabels => {
  const bytes = Buffer.from(key, 'latin1');
  let at = 0;
  const tag = (expected: number): void => {
    if (bytes[at++] !== expected) throw new DamageError('a label has an unexpected field');
  };
  const length = (): number => {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 28; factor *= 0x80) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new DamageError('a label ends too early');
  };
  const text = (): string => {
    const end = length() + at;
    if (end > bytes.length) throw new DamageError('a label ends too early');
    const content = bytes.toString('utf8', at, end);
    at = end;
    return shared(content);
  };
  const names: string[] = [];
  const values: string[] = [];
  let isSorted = true;
  while (at < bytes.length) {
    tag(LABELS_TAG);
    const end = length() + at;
    let name = '';
    let value = '';
    while (at < end) {
      const field = bytes[at++];
      if (field === NAME_TAG) name = text();
      else if (field === VALUE_TAG) value = text();
      else throw new DamageError('a label has an unexpected field');
    }
    if (at !== end) throw new DamageError('a label ends too early');
    isSorted &&= value !== '' && (names.length === 0 || compareUtf8(names.at(-1) ?? '', name) < 0);
    names.push(name);
    values.push(value);
  }
  return isSorted
    ? SeriesLabels.fromSorted(sharedList(names), values)
    : SeriesLabels.of(names.map((name, i) => [name, values[i] ?? '']));
};
