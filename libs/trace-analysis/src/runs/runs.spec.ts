import { describe, expect, it } from '@jest/globals';
import { type TraceId } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  orderTrace,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import { TraceFacts } from '../trace-facts.js';
import { compareRuns } from './compare-runs.js';
import { mannWhitney } from './mann-whitney.js';
import { runMarkdown } from './run-markdown.js';
import { RunProfiler, type RunProfile } from './run-profile.js';
import { criteriaMet } from './run-verdict.js';

interface RequestShape {
  readonly millisTaken?: number;
  readonly queries?: number;
  readonly failsWith?: string;
  readonly calls?: string;
}

/** Request of the service shop with queries, and perhaps a call to another service. */
const request = (
  id: TraceId,
  { millisTaken = 20, queries = 1, failsWith, calls }: RequestShape,
): TraceFacts => {
  const query = (n: number) =>
    span({
      traceId: id,
      spanId: spanId(10 + n),
      parentSpanId: spanId(1),
      name: 'SELECT products',
      kind: 3,
      startUnixNano: T0 + millis(1 + n),
      endUnixNano: T0 + millis(2 + n),
      attributes: attributes({
        'db.system.name': 'postgresql',
        'db.query.text': `SELECT * FROM products WHERE id = ${n}`,
      }),
    });
  const own = resourceSpans(
    'shop',
    span({
      traceId: id,
      name: 'GET /products',
      endUnixNano: T0 + millis(millisTaken),
      ...(failsWith !== undefined && { status: { code: 2, message: failsWith } }),
    }),
    ...Array.from({ length: queries }, (_, n) => query(n)),
  );
  const called = span({ traceId: id, spanId: spanId(99), parentSpanId: spanId(1), name: 'GET /' });
  return new TraceFacts(id, calls === undefined ? [own] : [own, resourceSpans(calls, called)]);
};

const run = (name: string, shapes: readonly RequestShape[]): RunProfile => {
  const profiler = new RunProfiler();
  for (const [i, shape] of shapes.entries()) profiler.add(request(traceId(i + 1), shape));
  return profiler.profile(name, false);
};

const repeat = (count: number, shape: (i: number) => RequestShape = () => ({})): RequestShape[] =>
  Array.from({ length: count }, (_, i) => shape(i));

describe('the test of Mann and Whitney', () => {
  it('mannWhitney agrees with values worked by hand, without ties and with ties', () => {
    // U = 35 of 50, z = (10 − 0.5) / √(50 / 12 × 16) = 1.163.
    const a = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const b = [1.15, 0.88, 0.9, 0.74, 1.21];
    expect(mannWhitney(a, b)).toBeCloseTo(0.2446, 3);
    // U = 3 of 25, z = (9.5 − 0.5) / √(25 / 12 × (11 − 60 / 90)) = 1.940.
    expect(mannWhitney([1, 1, 2, 2, 3], [2, 3, 3, 4, 4])).toBeCloseTo(0.0524, 3);
  });

  it('mannWhitney is symmetric, and never below 0 or above 1', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const chance = mannWhitney(a, b);
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThanOrEqual(1 + 1e-6);
        expect(mannWhitney(b, a)).toBeCloseTo(chance, 10);
      }),
    );
  });

  it('mannWhitney finds no difference in samples that are too small or all equal', () => {
    expect(mannWhitney([1, 2, 3, 4], [10, 20, 30, 40, 50])).toBe(1);
    expect(mannWhitney([5, 5, 5, 5, 5], [5, 5, 5, 5, 5])).toBe(1);
  });
});

describe('runs', () => {
  it('runs of equal traces do not differ, however many traces each has', () => {
    const comparison = compareRuns(run('main', repeat(40)), run('pr', repeat(10)));
    expect(criteriaMet(comparison)).toEqual([]);
    expect(runMarkdown(comparison)).toContain('No differences: the same calls, errors and detections');
  });

  it('runs differ by a new error, a new detection, new and lost calls and the number of spans per trace', () => {
    const before = run(
      'main',
      repeat(20, () => ({ calls: 'prices' })),
    );
    const after = run(
      'pr',
      repeat(20, (i) => ({ queries: 8, calls: 'offers', ...(i === 3 && { failsWith: 'no stock for 17' }) })),
    );
    const comparison = compareRuns(before, after);
    expect(criteriaMet(comparison)).toEqual([
      'new-errors',
      'new-detections',
      'new-edges',
      'lost-edges',
      'span-count',
    ]);
    expect(comparison.operations.find(({ operation }) => operation === 'SELECT products')).toMatchObject({
      spans: 'more',
      perTrace: [1, 8],
    });
    const markdown = runMarkdown(comparison);
    expect(markdown).toContain('## Traces of pr compared with main');
    expect(markdown).toContain('- `shop` `GET /products`: no stock for &#35; (1 span)');
    expect(markdown).toContain('- N+1 queries in `shop` `GET /products` (20 traces).');
    expect(markdown).toContain('- new: `shop` → `offers` (20)');
    expect(markdown).toContain('- lost: `shop` → `prices` (20 in A)');
    expect(markdown).toContain('| `shop` `SELECT products` | 1 | 8 | more |');
  });

  it('an operation is slower only if the difference is both significant and large', () => {
    const timed = (name: string, millisOf: (i: number) => number) =>
      run(
        name,
        repeat(30, (i) => ({ millisTaken: millisOf(i) })),
      );
    const latencyOf = (a: RunProfile, b: RunProfile) =>
      compareRuns(a, b).operations.find(({ operation }) => operation === 'GET /products')?.latency;
    const base = timed('a', (i) => 100 + (i % 5));
    expect(
      latencyOf(
        base,
        timed('b', (i) => 150 + (i % 5)),
      ),
    ).toBe('slower');
    expect(
      latencyOf(
        timed('b', (i) => 150 + (i % 5)),
        base,
      ),
    ).toBe('faster');
    // Significant, but 4 %.
    expect(
      latencyOf(
        base,
        timed('b', (i) => 104 + (i % 5)),
      ),
    ).toBe('same');
    // Large in the mean, but by a few outliers.
    expect(
      latencyOf(
        base,
        timed('b', (i) => (i < 3 ? 900 : 100 + (i % 5))),
      ),
    ).toBe('same');
  });

  it('a profile counts an error where it started, and takes messages that differ in numbers for one', () => {
    const profiler = new RunProfiler();
    for (const n of [1, 2, 3]) {
      const { traceId: id, resourceSpans: groups } = orderTrace({ traceId: traceId(n), failed: true });
      profiler.add(new TraceFacts(id, groups));
    }
    for (const n of [4, 5])
      profiler.add(request(traceId(n), { failsWith: `row ${n}00 is locked, token=abc${n}` }));
    expect(profiler.profile('r', false).errors).toEqual([
      {
        service: 'order-service',
        operation: 'calculate_total',
        message: 'Payment gateway timeout: Unable to reach provider',
        count: 3,
      },
      { service: 'shop', operation: 'GET /products', message: 'row # is locked, token=***', count: 2 },
    ]);
  });

  it('a profile keeps a sample of the durations of a frequent operation', () => {
    const profile = run(
      'long',
      repeat(3_000, (i) => ({ millisTaken: 10 + (i % 100), queries: 0 })),
    );
    const [operation] = profile.operations;
    expect(operation?.count).toBe(3_000);
    expect(operation?.durations.length).toBeLessThan(500);
    expect(compareRuns(profile, profile).operations[0]?.p50[0]).toBeCloseTo(59.5e6, -7);
  });

  it('a profile can be stored as JSON', () => {
    const profile = run('main', repeat(5));
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
  });

  it('the Markdown of a comparison shows names and messages of senders as text', () => {
    const hostile = '</details>![x](http://example.com) `|` @everyone **b** <script>';
    const text = runMarkdown(
      compareRuns(run('main', repeat(1)), run(hostile, [{ failsWith: hostile, calls: hostile }])),
    );
    const outsideOfCode = text.replaceAll(/`[^`\n]*`/g, '');
    expect(outsideOfCode).not.toMatch(/<script|!\[|\]\(|@everyone|\*\*/);
  });
});
