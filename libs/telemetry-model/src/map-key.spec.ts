import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasLongMemberName } from './json-names.js';
import { MAX_HASHED_LENGTH, MAX_NAME_LENGTH, boundedName, mapKey } from './map-key.js';

/** Texts of one length that differ only at the end, as a malicious client sends them. */
const longTexts = (count: number, length = 20_000): string[] =>
  Array.from({ length: count }, (_, index) =>
    Buffer.from('k'.repeat(length - 8) + String(1e7 + index)).toString(),
  );

/** Returns the CPU time of this thread, which depends little on the load of the machine. */
const cpuMillisOf = (work: () => void): number => {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
};

describe('mapKey', () => {
  it('returns a text unchanged if V8 hashes all of it', () => {
    const text = 'k'.repeat(MAX_HASHED_LENGTH);
    expect(mapKey(text)).toBe(text);
    expect(mapKey(`${text}k`).length).toBeLessThan(60);
  });

  it('returns equal keys for equal long texts, and different keys for texts that differ in one character', () => {
    fc.assert(
      fc.property(fc.nat(19_999), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const text = 'k'.repeat(20_000);
        const other = text.slice(0, at) + character + text.slice(at + 1);
        expect(mapKey(other) === mapKey(text)).toBe(other === text);
      }),
    );
  });

  it('makes a map of long texts as fast as a map of short texts', () => {
    const fill = (texts: readonly string[]) =>
      cpuMillisOf(() => new Map(texts.map((text) => [mapKey(text), text])));
    fill(longTexts(100));
    expect(fill(longTexts(2_000))).toBeLessThan(20 * fill(longTexts(2_000, MAX_HASHED_LENGTH)) + 500);
  });
});

describe('boundedName', () => {
  it('returns names within the maximum length unchanged', () => {
    const name = 'ü'.repeat(MAX_NAME_LENGTH);
    expect(boundedName(name)).toBe(name);
  });

  it('truncates longer names, keeps them distinct, and returns its own results unchanged', () => {
    const names = longTexts(200).map(boundedName);
    expect(new Set(names).size).toBe(200);
    for (const name of names) {
      expect(name.length).toBe(MAX_NAME_LENGTH);
      expect(boundedName(name)).toBe(name);
    }
    expect(names[0]).toMatch(/^k{1007}…[\da-f]{16}$/);
  });

  it('returns the same name in every process, because blocks contain it', () => {
    expect(boundedName('a'.repeat(2_000))).toBe(`${'a'.repeat(1_007)}…885e5c464049e6f9`);
  });

  it('does not split a surrogate pair', () => {
    expect(boundedName('💥'.repeat(1_000)).isWellFormed()).toBe(true);
  });
});

describe('hasLongMemberName', () => {
  const long = 'n'.repeat(MAX_HASHED_LENGTH + 1);

  it.each([
    ['the only one', `{"${long}":1}`],
    ['one behind others', `{"a":{"b":[1,2,{"c":0,"${long}" : 1}]}}`],
    ['one that is written with escapes', `{"${String.raw`\"`.repeat(long.length)}":1}`],
    ['one behind a long value', `{"a":"${long}${long}","${long}":1}`],
  ])('finds a long name: %s', (_, json) => {
    expect(JSON.parse(json)).toBeTruthy();
    expect(hasLongMemberName(json)).toBe(true);
  });

  it.each([
    ['short names', JSON.stringify({ a: 1, b: { c: [1, 2, 3] } })],
    ['long values', JSON.stringify({ a: long, b: [long, `${long}":`, `:${long}`] })],
    ['a name of the greatest length', `{"${long.slice(1)}":1}`],
    ['many numbers', JSON.stringify({ a: Array.from({ length: 20_000 }, (_, n) => n), b: 1 })],
    ['no text at all', `[${'1,'.repeat(100_000)}1]`],
    ['a long value full of quotes', JSON.stringify({ a: '"'.repeat(100_000) })],
  ])('finds none among %s', (_, json) => {
    expect(JSON.parse(json)).toBeTruthy();
    expect(hasLongMemberName(json)).toBe(false);
  });

  it('checks every member name of any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.boolean(), (json, hasLong) => {
        const text = `[${json},${hasLong ? `{"${long}":${json}},` : ''}${json}]`;
        expect(hasLongMemberName(text)).toBe(hasLong);
      }),
    );
  });
});
