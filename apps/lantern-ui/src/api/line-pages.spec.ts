import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogLine } from './log-line.js';
import { linesOfPages, nextLinePage, type LinePage, type LinePageRequest } from './line-pages.js';
import { logLine } from './testing/log-line.js';

type Direction = 'forward' | 'backward';

const MAX_LINES = 5_000;

/** Returns lines at the given times, numbered in order of arrival. */
const linesAt = (times: readonly number[]): LogLine[] =>
  times.map((time, n) => logLine({ time, spanId: undefined, message: `line ${n}` }));

/** Answers like Loki: lines of a range by time, those of one time by arrival, up to a limit. */
const answer = (
  lines: readonly LogLine[],
  direction: Direction,
  { range, limit }: LinePageRequest,
): LinePage => {
  const { startUnixNano, endUnixNano } = range;
  const wanted = lines
    .filter(({ timeUnixNano }) => startUnixNano <= timeUnixNano && timeUnixNano < endUnixNano)
    .sort((a, b) => Number(a.timeUnixNano - b.timeUnixNano));
  if (direction === 'backward') wanted.reverse();
  return { range, limit, lines: wanted.slice(0, Math.min(limit, MAX_LINES)) };
};

const readAll = (lines: readonly LogLine[], direction: Direction, limit: number) => {
  const pages = [answer(lines, direction, { range: { startUnixNano: 0n, endUnixNano: 100n }, limit })];
  for (let next = nextLinePage(pages, direction, limit); next; next = nextLinePage(pages, direction, limit)) {
    pages.push(answer(lines, direction, next));
    if (pages.length > 2 * lines.length + 2) throw new Error('The pages do not end');
  }
  return linesOfPages(pages).map(({ line }) => line);
};

describe('the pages of a query for lines', () => {
  it.each(['forward', 'backward'] as const)(
    'pages of 20 lines get past 300 lines of one nanosecond, %s',
    (direction) => {
      const lines = linesAt([3, ...Array.from({ length: 300 }, () => 5), 9]);
      const messages = lines.map(({ line }) => line);
      expect(readAll(lines, direction, 20)).toEqual(
        direction === 'forward' ? messages : messages.toReversed(),
      );
    },
  );

  it.each(['forward', 'backward'] as const)(
    'pages end, %s, even if a timestamp has more lines than Loki returns',
    (direction) => {
      const lines = linesAt([3, ...Array.from({ length: MAX_LINES + 10 }, () => 5), 9]);
      const read = readAll(lines, direction, 500);
      expect(read).toHaveLength(MAX_LINES + 2);
      expect(read.at(-1)).toBe(direction === 'forward' ? lines.at(-1)?.line : lines[0]?.line);
    },
  );

  it('pages contain every line once, in the order of time and arrival, at any page size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(6)),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom<Direction>('forward', 'backward'),
        (times, limit, direction) => {
          const lines = linesAt(times);
          const sorted = lines
            .toSorted((a, b) => Number(a.timeUnixNano - b.timeUnixNano))
            .map(({ line }) => line);
          expect(readAll(lines, direction, limit)).toEqual(
            direction === 'forward' ? sorted : sorted.toReversed(),
          );
        },
      ),
    );
  });

  it('pages keep lines that differ in structured metadata only', () => {
    const [line] = linesAt([5]);
    if (!line) throw new Error('There is no line');
    const range = { startUnixNano: 0n, endUnixNano: 100n };
    const lines = ['1', '2', '3'].map((key): LogLine => ({ ...line, fields: [['key', key]] }));
    const pages = [
      { range, limit: 2, lines: lines.slice(0, 2) },
      { range, limit: 4, lines },
    ];
    expect(linesOfPages(pages).map(({ fields }) => fields[0]?.[1])).toEqual(['1', '2', '3']);
  });
});
