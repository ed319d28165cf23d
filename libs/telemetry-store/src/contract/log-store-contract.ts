import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogEntry, LogLabels, LogStream } from '@lantern/telemetry-model';
import { T0, millis } from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import type { LabelMatcher, LogQuery, LogRow, LogStore } from '../log-store.js';
import { NaiveLogStore } from './naive-log-store.js';
import { anyLogAppends, anyLogQuery } from './small-log-world.js';
import { readRows, sortedByText } from './read-rows.js';
import { AMPLE, type StoreLimits } from './store-limits.js';

const RANGE = { startUnixNano: T0 - millis(1_000), endUnixNano: T0 + millis(600_000) };

const is = (name: string, text: string): LabelMatcher => ({ name, matches: (value) => value === text });
const isNot = (name: string, text: string): LabelMatcher => ({ name, matches: (value) => value !== text });

const entry = (ms: number, line: string, structuredMetadata: Record<string, string> = {}): LogEntry => ({
  timeUnixNano: T0 + millis(ms),
  line,
  structuredMetadata,
});

const stream = (labels: LogLabels, ...entries: readonly LogEntry[]): LogStream => ({ labels, entries });

const readAll = async (store: LogStore, query: Partial<LogQuery> = {}): Promise<LogRow[]> =>
  readRows(store, { matchers: [], range: RANGE, direction: 'forward', ...query });

/**
 * Defines the suite that every {@link LogStore} must pass. The spec of an engine calls it once.
 *
 * @param create makes an empty store; the suite closes it
 */
export const logStoreContract = (name: string, create: (limits: StoreLimits) => Promise<LogStore>): void => {
  describe(name, () => {
    let store: LogStore;

    beforeEach(async () => {
      store = await create(AMPLE);
    });

    afterEach(() => store.close());

    const lines = async (query: Partial<LogQuery> = {}): Promise<string[]> =>
      (await readAll(store, query)).map((row) => row.entry.line);

    const backward = { direction: 'backward' } as const;

    it('An empty store answers every query with an empty result', async () => {
      expect(await readAll(store)).toEqual([]);
      expect(await store.series({ matchers: [], range: RANGE })).toEqual([]);
      expect(await store.stats()).toMatchObject({ streams: 0, entries: 0, evictedEntries: 0 });
    });

    it('A stream without entries does not exist', async () => {
      await store.append([]);
      await store.append([stream({ service: 'web' })]);
      expect(await store.series({ matchers: [], range: RANGE })).toEqual([]);
      expect(await store.stats()).toMatchObject({ streams: 0, entries: 0 });
    });

    describe('Stored entries', () => {
      it('A line is stored with its labels and its metadata', async () => {
        const labels = { service: 'order-service', level: 'error' };
        const line = '{"message":"Zahlung für größere Übung fehlgeschlagen 漢字 🦜"}\nat OrdersService\u0000';
        const sent = entry(1, line, { trace_id: '0af7651916cd43dd8448eb211c80319c', größe: '漢字' });
        await store.append([stream(labels, sent)]);
        expect(await readAll(store)).toEqual([{ labels, entry: sent }]);
      });

      it('An empty line and a stream without labels are stored', async () => {
        await store.append([stream({}, entry(1, ''))]);
        expect(await readAll(store)).toEqual([{ labels: {}, entry: entry(1, '') }]);
      });

      it('The earliest and the latest 64-bit time are stored', async () => {
        const extremes = [0n, (1n << 63n) - 1n].map((timeUnixNano) => ({ ...entry(0, 'x'), timeUnixNano }));
        await store.append([stream({}, ...extremes)]);
        const range = { startUnixNano: 0n, endUnixNano: 1n << 63n };
        expect((await readAll(store, { range })).map((row) => row.entry)).toEqual(extremes);
      });

      it('Lines with the same set of labels form one stream, in any order of the labels', async () => {
        await store.append([stream({ a: '1', b: '2' }, entry(1, 'x'))]);
        await store.append([stream({ b: '2', a: '1' }, entry(2, 'y'))]);
        expect(await store.stats()).toMatchObject({ streams: 1, entries: 2 });
        expect(await store.series({ matchers: [], range: RANGE })).toEqual([{ a: '1', b: '2' }]);
      });

      it('Different sets of labels with the same text form stay separate', async () => {
        await store.append([
          stream({ a: '1,b=2' }, entry(1, 'x')),
          stream({ a: '1', b: '2' }, entry(1, 'x')),
          stream({ a: '1', 'b":"2': '' }, entry(1, 'x')),
        ]);
        expect(await store.stats()).toMatchObject({ streams: 3, entries: 3 });
      });

      it('A line of the same stream, time and metadata is stored once', async () => {
        const labels = { service: 'web' };
        const sent = entry(1, 'x', { n: '1', user: 'Größe' });
        await store.append([stream(labels, sent, sent)]);
        await store.append([stream(labels, entry(1, 'x', { user: 'Größe', n: '1' }))]);
        expect(await readAll(store)).toEqual([{ labels, entry: sent }]);
      });

      it('Append returns only the entries that are not duplicates', async () => {
        const web = { service: 'web' };
        expect(
          await store.append([stream(web, entry(1, 'x')), stream({}), stream({ a: '1' }, entry(1, 'y'))]),
        ).toEqual([stream(web, entry(1, 'x')), stream({ a: '1' }, entry(1, 'y'))]);
        const again = [
          stream(web, entry(1, 'x'), entry(2, 'x'), entry(2, 'x')),
          stream({ a: '1' }, entry(1, 'y')),
        ];
        expect(await store.append(again)).toEqual([stream(web, entry(2, 'x'))]);
        expect(await store.append(again)).toEqual([]);
      });

      it('Lines that differ only in their metadata are all stored', async () => {
        const labels = { service: 'web' };
        const sent = [
          entry(1, 'x'),
          entry(1, 'x', { n: '1' }),
          entry(1, 'x', { n: '2' }),
          entry(1, 'x', { m: '1' }),
          entry(1, 'x', { n: '1', m: '1' }),
          entry(1, 'x', { n: '1', m: '' }),
          entry(1, 'x', { ['__proto__']: '1' }),
        ];
        await store.append([stream(labels, ...sent.slice(0, 4))]);
        await store.append([stream(labels, ...sent.slice(4))]);
        await store.append([stream(labels, ...sent)]);
        expect((await readAll(store)).map((row) => row.entry)).toEqual(sent);
      });

      it('Text with unpaired surrogates, which UTF-8 cannot encode, is stored once', async () => {
        const sent = stream({}, entry(1, 'x', { half: '\ud800' }), entry(1, 'y \udc00'));
        await store.append([sent]);
        await store.append([sent]);
        expect(await store.stats()).toMatchObject({ entries: 2 });
      });

      it('Many lines of one time are stored once each, in any order and number of requests', async () => {
        const labels = { service: 'syslog' };
        // Far apart in the middle only, or in metadata only: neither the ends nor the lengths tell them apart.
        const sent = Array.from({ length: 600 }, (_, n) =>
          entry(1, `${'x'.repeat(100)}${String(n % 300).padStart(3, '0')}${'y'.repeat(100)}`, {
            half: n < 300 ? 'first' : 'second',
          }),
        );
        for (let from = 0; from < sent.length; from += 150)
          await store.append([stream(labels, ...sent.slice(from, from + 150))]);
        await store.append([stream(labels, ...sent.toReversed())]);
        expect((await readAll(store)).map((row) => row.entry)).toEqual(sent);
      });

      it('Lines that differ in text, time or stream are all stored', async () => {
        await store.append([
          stream({ service: 'web' }, entry(1, 'x'), entry(2, 'x'), entry(1, 'y')),
          stream({ service: 'orders' }, entry(1, 'x')),
        ]);
        expect(await store.stats()).toMatchObject({ streams: 2, entries: 4 });
      });
    });

    describe('Reading', () => {
      it('Entries are read in the order of time, forward or backward, regardless of arrival', async () => {
        await store.append([stream({}, entry(3, 'c'), entry(1, 'a'))]);
        await store.append([stream({}, entry(2, 'b'), entry(0, '0'))]);
        expect(await lines()).toEqual(['0', 'a', 'b', 'c']);
        expect(await lines(backward)).toEqual(['c', 'b', 'a', '0']);
      });

      it('Several streams are read in one order of time', async () => {
        await store.append([
          stream({ service: 'a' }, entry(1, '1'), entry(4, '4')),
          stream({ service: 'b' }, entry(2, '2'), entry(5, '5')),
          stream({ service: 'c' }, entry(3, '3')),
        ]);
        expect(await lines()).toEqual(['1', '2', '3', '4', '5']);
        expect(await lines(backward)).toEqual(['5', '4', '3', '2', '1']);
      });

      it('Entries of equal time are read in the order of arrival, or its reverse, also across streams', async () => {
        await store.append([stream({ s: '1' }, entry(1, 'first'), entry(1, 'second'))]);
        await store.append([stream({ s: '2' }, entry(1, 'third'))]);
        await store.append([stream({ s: '1' }, entry(1, 'fourth'))]);
        expect(await lines()).toEqual(['first', 'second', 'third', 'fourth']);
        expect(await lines(backward)).toEqual(['fourth', 'third', 'second', 'first']);
      });

      it('A range includes its start and excludes its end', async () => {
        await store.append([stream({}, entry(1, 'a'), entry(2, 'b'), entry(3, 'c'))]);
        const range = { startUnixNano: T0 + millis(1), endUnixNano: T0 + millis(3) };
        expect(await lines({ range })).toEqual(['a', 'b']);
        expect(await lines({ range, ...backward })).toEqual(['b', 'a']);
        expect(await lines({ range: { ...range, endUnixNano: range.startUnixNano } })).toEqual([]);
      });

      it('Streams that every matcher accepts are read', async () => {
        await store.append([
          stream({ service: 'web', level: 'info' }, entry(1, 'web info')),
          stream({ service: 'web', level: 'error' }, entry(2, 'web error')),
          stream({ service: 'orders', level: 'error' }, entry(3, 'orders error')),
        ]);
        expect(await lines({ matchers: [is('service', 'web')] })).toEqual(['web info', 'web error']);
        expect(await lines({ matchers: [is('service', 'web'), is('level', 'error')] })).toEqual([
          'web error',
        ]);
        expect(await lines({ matchers: [is('service', 'nobody')] })).toEqual([]);
        expect(await lines({ matchers: [] })).toHaveLength(3);
      });

      it('An absent label matches as the empty text', async () => {
        await store.append([
          stream({ service: 'web' }, entry(1, 'x')),
          stream({ level: 'info' }, entry(2, 'y')),
        ]);
        expect(await lines({ matchers: [is('service', '')] })).toEqual(['y']);
        expect(await lines({ matchers: [isNot('service', 'web')] })).toEqual(['y']);
        expect(await lines({ matchers: [is('constructor', '')] })).toEqual(['x', 'y']);
      });

      it('Lines that contain all texts are read', async () => {
        await store.append([
          stream({}, entry(1, 'Payment failed: Größe'), entry(2, 'Payment done'), entry(3, 'failed Payment')),
        ]);
        expect(await lines({ lineContains: ['Payment'] })).toHaveLength(3);
        expect(await lines({ lineContains: ['Payment', 'failed'] })).toEqual([
          'Payment failed: Größe',
          'failed Payment',
        ]);
        expect(await lines({ lineContains: ['Größe'] })).toEqual(['Payment failed: Größe']);
        expect(await lines({ lineContains: ['payment'] })).toEqual([]);
        expect(await lines({ lineContains: ['.*'] })).toEqual([]);
        expect(await lines({ lineContains: [] })).toHaveLength(3);
      });

      it('A value is found in labels and in structured metadata; a label hides metadata of the same name', async () => {
        await store.append([
          stream({ service: 'web' }, entry(1, 'a', { trace_id: 't1', user: '7' }), entry(2, 'b')),
          stream({ service: 'orders' }, entry(3, 'c', { trace_id: 't1' }), entry(4, 'd', { trace_id: 't2' })),
          stream({ trace_id: 't1' }, entry(5, 'e', { trace_id: 't2' })),
        ]);
        expect(await lines({ values: { trace_id: 't1' } })).toEqual(['a', 'c', 'e']);
        expect(await lines({ values: { trace_id: 't1' }, ...backward })).toEqual(['e', 'c', 'a']);
        expect(await lines({ values: { trace_id: 't2' } })).toEqual(['d']);
        expect(await lines({ values: { trace_id: 't1', user: '7' } })).toEqual(['a']);
        expect(await lines({ values: { trace_id: 't1', service: 'orders' }, lineContains: ['c'] })).toEqual([
          'c',
        ]);
        expect(await lines({ values: { trace_id: 't1' }, matchers: [isNot('service', 'web')] })).toEqual([
          'c',
          'e',
        ]);
        expect(await lines({ values: { constructor: 'x' } })).toEqual([]);
        const range = { startUnixNano: T0 + millis(2), endUnixNano: T0 + millis(5) };
        expect(await lines({ values: { trace_id: 't1' }, range })).toEqual(['c']);
      });

      it('All lines of a trace with very many lines are read', async () => {
        const numbers = Array.from({ length: 3_000 }, (_, n) => n);
        const traced = numbers.map((n) => entry(n, String(n), { trace_id: n % 3 === 0 ? 'other' : 't' }));
        await store.append([stream({}, ...traced)]);
        expect(await lines({ values: { trace_id: 't' } })).toEqual(
          numbers.filter((n) => n % 3 !== 0).map(String),
        );
      });

      it('Long streams are read completely, in both directions, with and without a text', async () => {
        const count = 10_000;
        const numbers = Array.from({ length: count }, (_, n) => n);
        // Every other one late, as if two processes shared a stream.
        for (const parity of [0, 1]) {
          const half = numbers.filter((n) => n % 2 === parity);
          await store.append([stream({}, ...half.map((n) => entry(n, `line ${n}`)))]);
        }
        const expected = numbers.map((n) => `line ${n}`);
        expect(await lines()).toEqual(expected);
        expect(await lines(backward)).toEqual(expected.toReversed());
        expect(await lines({ lineContains: ['line 9999'] })).toEqual(['line 9999']);
        expect(await lines({ lineContains: ['none of them'] })).toEqual([]);
      });

      it('Reading stops when the caller stops', async () => {
        await store.append([stream({}, ...Array.from({ length: 5_000 }, (_, n) => entry(n, String(n))))]);
        let taken = 0;
        for await (const chunk of store.read({ matchers: [], range: RANGE, direction: 'forward' })) {
          taken += chunk.length;
          if (taken >= 10) break;
        }
        expect(taken).toBeLessThan(5_000);
        expect(await lines()).toHaveLength(5_000);
      });

      it('Reading during writes returns no row twice or out of order', async () => {
        const count = 3_000;
        await store.append([stream({}, ...Array.from({ length: count }, (_, n) => entry(n, String(n))))]);
        const seen: bigint[] = [];
        for await (const chunk of store.read({ matchers: [], range: RANGE, direction: 'forward' })) {
          seen.push(...chunk.map((row) => row.entry.timeUnixNano));
          await store.append([stream({ late: 'yes' }, entry(seen.length / 2, `late ${seen.length}`))]);
        }
        expect(seen.length).toBeGreaterThanOrEqual(count);
        expect(seen).toEqual([...new Set(seen)].sort((a, b) => Number(a - b)));
      });
    });

    describe('Optional fields', () => {
      it('A row has its size when the query asks for it, and rows of one stream share their labels', async () => {
        await store.append([
          stream({ service: 'web' }, entry(1, 'größer', { größe: '漢' }), entry(2, '')),
          stream({ service: 'orders' }, entry(3, 'abc', { trace_id: 't' })),
        ]);
        await store.append([stream({ service: 'web' }, entry(4, 'x'))]);
        const fields = { line: false, metadata: [], bytes: true };
        const rows = await readAll(store, { fields });
        expect(rows.map(({ bytes }) => bytes)).toEqual([8 + 7 + 3, 0, 3 + 8 + 1, 1]);
        expect(new Set(rows.map(({ labels }) => labels)).size).toBe(2);
      });
    });

    describe('Series', () => {
      it('Series that match and have an entry in the range are listed', async () => {
        await store.append([
          stream({ service: 'web', level: 'info' }, entry(1, 'x')),
          stream({ service: 'web', level: 'error' }, entry(10, 'x')),
          stream({ service: 'orders' }, entry(1, 'x'), entry(10, 'x')),
        ]);
        const between = async (from: number, to: number, ...matchers: LabelMatcher[]): Promise<LogLabels[]> =>
          sortedByText(
            await store.series({
              matchers,
              range: { startUnixNano: T0 + millis(from), endUnixNano: T0 + millis(to) },
            }),
          );
        expect(await between(0, 11)).toHaveLength(3);
        expect(await between(1, 2)).toEqual([{ service: 'orders' }, { service: 'web', level: 'info' }]);
        expect(await between(2, 10)).toEqual([]);
        expect(await between(2, 11, is('service', 'web'))).toEqual([{ service: 'web', level: 'error' }]);
      });
    });

    describe('Ownership of answers', () => {
      it('Changes of an answer or of an appended stream do not change the store', async () => {
        const labels = { service: 'web' };
        const metadata = { trace_id: '1' };
        await store.append([stream(labels, entry(1, 'x', metadata))]);
        const spoil = (value: object): void => {
          for (const key of Object.keys(value)) Reflect.set(value, key, 'spoiled');
        };
        spoil(labels);
        spoil(metadata);
        for (const row of await readAll(store))
          [row.labels, row.entry.structuredMetadata, row.entry].forEach(spoil);
        (await store.series({ matchers: [], range: RANGE })).forEach(spoil);
        expect(await readAll(store)).toEqual([
          { labels: { service: 'web' }, entry: entry(1, 'x', { trace_id: '1' }) },
        ]);
        expect(await store.series({ matchers: [], range: RANGE })).toEqual([{ service: 'web' }]);
      });
    });

    describe('Full log store', () => {
      const COUNT = 1_000;
      /** Returns text that compression cannot make much smaller. */
      const noise = (seed: number, length: number): string => {
        let state = seed + 1;
        const next = (): number => {
          state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
          return 32 + (((state ^ (state >>> 13)) >>> 0) % 95);
        };
        return Array.from({ length }, () => String.fromCharCode(next())).join('');
      };
      const numbered = (n: number): LogStream =>
        stream({ generation: String(Math.floor(n / 100)) }, entry(n, `${String(n)} ${noise(n, 200)}`));

      const fill = async (small: LogStore): Promise<void> => {
        for (let n = 0; n < COUNT; n++) await small.append([numbered(n)]);
      };

      const createSmall = async (): Promise<{ small: LogStore; maxBytes: number }> => {
        await fill(store);
        const maxBytes = Math.floor((await store.stats()).bytes / 3);
        return { small: await create({ maxBytes }), maxBytes };
      };

      it('A full store evicts the oldest entries, removes streams without entries, and counts evicted entries', async () => {
        const { small, maxBytes } = await createSmall();
        try {
          await fill(small);
          const { streams, entries, bytes, evictedEntries } = await small.stats();
          expect(bytes).toBeLessThanOrEqual(maxBytes);
          expect(entries).toBeGreaterThan(0);
          expect(entries + evictedEntries).toBe(COUNT);
          const kept = Array.from({ length: entries }, (_, i) => COUNT - entries + i);
          expect((await readAll(small)).map((row) => row.entry)).toEqual(
            kept.flatMap((n) => numbered(n).entries),
          );
          const labels = await small.series({ matchers: [], range: RANGE });
          expect(labels).toHaveLength(streams);
          expect(labels).not.toContainEqual({ generation: '0' });
        } finally {
          await small.close();
        }
      });

      it('An entry beyond the limit of the store does not break it', async () => {
        const { small, maxBytes } = await createSmall();
        try {
          await small.append([stream({ huge: 'yes' }, entry(1, noise(0, 2 * maxBytes)))]);
          expect((await small.stats()).bytes).toBeLessThanOrEqual(maxBytes);
          await small.append([numbered(1)]);
          expect(await readAll(small)).toEqual([
            { labels: numbered(1).labels, entry: numbered(1).entries[0] },
          ]);
        } finally {
          await small.close();
        }
      });

      it('An evicted entry can be stored again', async () => {
        const { small } = await createSmall();
        try {
          await fill(small);
          await small.append([numbered(0)]);
          const [first] = await readAll(small, { matchers: [is('generation', '0')] });
          expect(first?.entry).toEqual(numbered(0).entries[0]);
        } finally {
          await small.close();
        }
      });
    });

    it('A cleared store has no entries and no streams, has evicted nothing, and takes the same entries again', async () => {
      const streams = ['a', 'b', 'c'].map((service) =>
        stream({ service }, ...[1, 2, 3, 4, 5].map((ms) => entry(ms, `line ${ms}`, { trace_id: 't1' }))),
      );
      for (let time = 0; time < 2; time++) {
        expect(await store.append(streams)).toHaveLength(3);
        expect(await lines({ values: { trace_id: 't1' } })).toHaveLength(15);
        await store.clear();
        expect(await readAll(store)).toEqual([]);
        expect(await lines({ values: { trace_id: 't1' } })).toEqual([]);
        expect(await store.series({ matchers: [], range: RANGE })).toEqual([]);
        expect(await store.stats()).toEqual({ streams: 0, entries: 0, bytes: 0, evictedEntries: 0 });
      }
    });

    it('The store answers any query after any appends like a list of rows', async () => {
      await fc.assert(
        fc.asyncProperty(anyLogAppends, fc.array(anyLogQuery), async (appends, queries) => {
          const engine = await create(AMPLE);
          const naive = new NaiveLogStore();
          try {
            for (const streams of appends) {
              await engine.append(streams);
              await naive.append(streams);
            }
            for (const query of queries) {
              expect(await readAll(engine, query)).toEqual(await readAll(naive, query));
              expect(sortedByText(await engine.series(query))).toEqual(
                sortedByText(await naive.series(query)),
              );
            }
            const { streams, entries } = await naive.stats();
            expect(await engine.stats()).toMatchObject({ streams, entries, evictedEntries: 0 });
          } finally {
            await engine.close();
          }
        }),
      );
    });

    it('The store may be closed twice', async () => {
      await store.close();
      await expect(store.close()).resolves.toBeUndefined();
    });
  });
};
