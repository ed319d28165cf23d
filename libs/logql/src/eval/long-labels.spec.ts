import { describe, expect, it } from '@jest/globals';
import type { LogExpr, MetricExpr } from '../ast.js';
import { parseLogql } from '../parser.js';
import { FREE_RUN, LineSource, row } from '../testing/line-source.js';
import { evaluateLog } from './evaluate-log.js';
import { evaluateMetric } from './evaluate-metric.js';

/** V8 hashes strings of this length by their length alone. */
const LONG = 20_000;

/** Timeout of a test. Without bounded keys each of these tests takes minutes. */
const LIMIT_MILLIS = 20_000;

const LINES = 3_000;
const RANGE = { startUnixNano: 0n, endUnixNano: 10_000_000_000_000n };
const STEPS = { startUnixNano: 10_000_000_000_000n, stepNanos: 1n, count: 1 };

const numbered = (count: number) =>
  new LineSource(Array.from({ length: count }, (_, index) => row(index + 1, String(index % (count / 2)))));

const metric = (query: string, count: number) =>
  evaluateMetric(parseLogql(query) as MetricExpr, STEPS, numbered(count), FREE_RUN);

describe('labels longer than V8 hashes', () => {
  const longLabel = `label_format a="{{ repeat ${LONG} \`x\` }}{{ __line__ }}"`;

  it(
    'Labels longer than V8 hashes distinguish lines of a stream in a log query',
    async () => {
      const query = parseLogql(`{a="b"} | ${longLabel}`) as LogExpr;
      const options = { ...RANGE, direction: 'forward', limit: 5_000, intervalNanos: 1n } as const;
      const lines = await evaluateLog(query, options, numbered(LINES), FREE_RUN);
      expect(lines).toHaveLength(LINES);
      expect(new Set(lines.map(({ parsed }) => parsed.a?.slice(LONG)))).toHaveProperty('size', LINES / 2);
    },
    LIMIT_MILLIS,
  );

  it(
    'Labels longer than V8 hashes group a metric query',
    async () => {
      const [series, ...others] = await metric(
        `count(sum by (a) (count_over_time({a="b"} | ${longLabel} [99999s])))`,
        LINES,
      );
      expect(others).toEqual([]);
      expect(series?.points).toEqual([{ timeUnixNano: STEPS.startUnixNano, value: LINES / 2 }]);
    },
    LIMIT_MILLIS,
  );

  it('Labels longer than V8 hashes are complete in the response', async () => {
    const series = await metric(`sum by (a) (count_over_time({a="b"} | ${longLabel} [99999s]))`, 4);
    expect(series.map(({ labels, points }) => [labels.a?.length, points[0]?.value])).toEqual([
      [LONG + 1, 2],
      [LONG + 1, 2],
    ]);
  });

  it('Labels longer than V8 hashes match on both sides of an operator', async () => {
    const series = await metric(
      `sum by (a) (count_over_time({a="b"} | ${longLabel} [99999s])) * on (a) ` +
        `sum by (a) (count_over_time({a="b"} | ${longLabel} [99999s]))`,
      8,
    );
    expect(series.map(({ points }) => points[0]?.value)).toEqual([4, 4, 4, 4]);
  });

  it('Labels longer than V8 hashes count towards the response size', async () => {
    const query = parseLogql(`{a="b"} | label_format a="{{ repeat 100000 \`x\` }}"`) as LogExpr;
    const options = { ...RANGE, direction: 'forward', limit: 5_000 } as const;
    await expect(evaluateLog(query, options, numbered(LINES), FREE_RUN)).rejects.toThrow(
      /^the lines of the answer have more than \d+ characters together/,
    );
  });

  it('Labels longer than V8 hashes count towards the memory of a metric query', async () => {
    await expect(
      metric(`count(sum by (a) (count_over_time({a="b"} | ${longLabel} [99999s])))`, 20_000),
    ).rejects.toThrow(/^the query makes more than \d+ values on its way/);
  });
});

describe('names of fields longer than a label may have', () => {
  it(
    'Field names that are too long are truncated to distinct labels',
    async () => {
      // Written by hand: objects with such names would take this test as long as they took the evaluator.
      const name = (index: number, n: number): string => `"${'k'.repeat(LONG)}${index}_${n}"`;
      const lines = Array.from({ length: 500 }, (_, index) =>
        row(index, `{${name(index, 0)}:0,${name(index, 1)}:1}`),
      );
      const query = parseLogql(`{a="b"} | json`) as LogExpr;
      const options = { ...RANGE, direction: 'forward', limit: 5_000 } as const;
      const found = await evaluateLog(query, options, new LineSource(lines), FREE_RUN);
      const names = found.flatMap(({ parsed }) => Object.keys(parsed));
      expect(new Set(names).size).toBe(1_000);
      for (const name of names) expect(name).toMatch(/^k{1007}_[\da-f]{16}$/);
    },
    LIMIT_MILLIS,
  );
});
