import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DETECTION_KINDS } from '@lantern/trace-analysis';
import { SpanKind } from '@lantern/telemetry-model';
import '../jest.js';
import type { SpanPattern } from '../patterns/span-pattern.js';
import { logLine, orderTrace, traceOf, type PlacedSpan } from '../testing/order-trace.js';
import type { TestTrace } from '../trace/test-trace.js';
import { modelOf, testTraceOf } from '../trace/trace-model.js';
import { DETECTION_NAMES } from './detections.js';
import { shapeOf } from './shape.js';

const REASON = 'orders → users at 127.0.0.1:8001: client span "GET" (4) has no server span.';

const complete = orderTrace();
const incomplete = orderTrace({ reasons: [REASON] });
/** Incomplete trace without an error and without a detection. */
const quiet = traceOf([[{ id: 1, from: 0, to: 5 }, 'GET /orders', SpanKind.server]], { reasons: [REASON] });

/** Folder of the reports of failed assertions. */
const reports = mkdtempSync(join(tmpdir(), 'trace-reports-'));
const { LANTERN_REPORT_DIR } = process.env;
beforeAll(() => {
  process.env.LANTERN_REPORT_DIR = reports;
});
afterAll(() => {
  if (LANTERN_REPORT_DIR === undefined) delete process.env.LANTERN_REPORT_DIR;
  else process.env.LANTERN_REPORT_DIR = LANTERN_REPORT_DIR;
  rmSync(reports, { recursive: true });
});

/** Returns the message of an assertion that must fail. */
const failureOf = (assertion: () => void): string => {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('The assertion passed.');
};

describe('toHaveSpan', () => {
  it.each<[string, SpanPattern]>([
    ['its name', 'calculate_total'],
    ['its service and name', 'orders: calculate_total'],
    ['a regular expression', { name: /^calculate/ }],
    ['its kind and status', { kind: 'internal', status: 'error', statusMessage: 'Payment gateway timeout' }],
    ['attributes', { attributes: { 'http.response.status_code': 504 } }],
    ['an asymmetric matcher', { attributes: { product: expect.stringContaining('lap') } }],
    ['a predicate', { attributes: { 'http.response.status_code': (code: unknown) => Number(code) >= 500 } }],
    ['an event', { events: [{ name: 'exception', attributes: { 'exception.message': /gateway/ } }] }],
    ['its parent', { name: 'SELECT users', parent: 'users: GET /users/17' }],
    ['the attributes of its process', { service: 'users', resource: { 'service.name': 'users' } }],
  ])('finds a span by %s', (_, pattern) => {
    expect(complete).toHaveSpan(pattern);
  });

  it('fails with the nearest span, its differences, severe log lines and the page of the trace', () => {
    const trace = orderTrace({
      logs: [logLine('info', 'POST /orders'), logLine('error', 'Payment failed', { reason: 'timeout' })],
    });
    const wanted = { service: 'orders', name: 'calculate_totals', status: 'ok' } as const;
    expect(failureOf(() => expect(trace).toHaveSpan(wanted))).toBe(
      `
expect(trace).toHaveSpan(pattern)

Expected: a span with service "orders", name "calculate_totals", status "ok"
Received: none of 8 spans; the nearest one is marked with ► below. It differs in:
  name: expected "calculate_totals", received "calculate_total"
  status: expected "ok", received "error"

  gateway: POST /orders (server) ✗
    gateway: POST (client)
      orders: POST /orders (server) ✗
        orders: GET (client)
          users: GET /users/17 (server)
            users: SELECT users (client)
            users: SELECT users (client)
►       orders: calculate_total (internal) ✗

Log lines of level warn and above:
  error orders: Payment failed reason="timeout"

Trace: "order a laptop", http://localhost:16686/trace/1
Report: ${join(reports, 'order-a-laptop-00000000.trace.html')}
`.trim(),
    );
  });

  it('names the member of a pattern that does not exist, and the one that is meant', () => {
    // @ts-expect-error the member does not exist
    expect(failureOf(() => expect(complete).toHaveSpan({ atributes: {} }))).toMatch(
      'A pattern of a span has no member "atributes". Did you mean "attributes"?',
    );
  });

  it('says what to pass instead of the whole result of traced(), or of its promise', () => {
    expect(failureOf(() => expect({ result: 1, trace: complete }).toHaveSpan('x'))).toContain(
      'received the result of traced(): pass its member `trace`',
    );
    expect(failureOf(() => expect(Promise.resolve(complete)).toHaveSpan('x'))).toContain(
      'a promise: await it',
    );
  });
});

describe('an assertion on an incomplete trace', () => {
  it('passes when spans that are missing cannot turn it', () => {
    expect(incomplete).toHaveSpan('calculate_total');
    expect(incomplete).toHaveSpans('SELECT users', { atLeast: 2 });
    expect(incomplete).toHaveCalls('gateway > orders > users');
    expect(incomplete).toHaveErrors();
  });

  it.each<[string, (trace: TestTrace) => void]>([
    ['.not.toHaveSpan()', (trace) => expect(trace).not.toHaveSpan('refund')],
    ['.not.toHaveErrors()', () => expect(quiet).not.toHaveErrors()],
    ['.not.toHaveCalls()', (trace) => expect(trace).not.toHaveCalls('users > orders')],
    [
      'toHaveSpans() with an upper limit',
      (trace) => expect(trace).toHaveSpans('SELECT users', { atMost: 2 }),
    ],
    ['toHaveSpans() with a number', (trace) => expect(trace).toHaveSpans('SELECT users', { exactly: 2 })],
    ['.not.toHaveSpans()', (trace) => expect(trace).not.toHaveSpans('SELECT users', { atLeast: 3 })],
    ['toHaveAtMost()', (trace) => expect(trace).toHaveAtMost({ spans: 8 })],
    ['toSpend()', (trace) => expect(trace).toSpend('orders', { atMost: '99%' })],
    ['toMatchShape()', (trace) => expect(trace).toMatchShape()],
    ['toBeClean()', () => expect(quiet).toBeClean()],
  ])('is inconclusive with the reasons: %s', (_, assertion) => {
    const message = failureOf(() => assertion(incomplete));
    expect(message).toContain('inconclusive, because the trace is incomplete');
    expect(message).toContain(`spans are missing:\n  - ${REASON}`);
  });

  it('fails as always when missing spans cannot save it, and names the reasons', () => {
    expect(failureOf(() => expect(incomplete).toHaveSpans('SELECT users', { atMost: 1 }))).not.toContain(
      'inconclusive',
    );
    expect(failureOf(() => expect(incomplete).toHaveAtMost({ queries: 1 }))).not.toContain('inconclusive');
    expect(failureOf(() => expect(incomplete).not.toHaveErrors())).not.toContain('inconclusive');
    expect(failureOf(() => expect(incomplete).toHaveSpan('refund'))).toContain(
      `The trace is incomplete, which may be the cause:\n  - ${REASON}`,
    );
  });
});

describe('toHaveSpans', () => {
  it('counts matching spans', () => {
    expect(complete).toHaveSpans('SELECT users', { exactly: 2 });
    expect(complete).toHaveSpans({ status: 'error' }, { atLeast: 3, atMost: 3 });
    expect(complete).toHaveSpans('refund', { exactly: 0 });
    expect(complete).not.toHaveSpans('SELECT users', { atMost: 1 });
  });

  it('marks the spans that it has counted', () => {
    const message = failureOf(() => expect(complete).toHaveSpans('SELECT users', { exactly: 1 }));
    expect(message).toContain(
      'Expected: exactly 1 spans with name "SELECT users"\nReceived: 2; marked with ► below.',
    );
    expect(message.match(/►.*SELECT users/g)).toHaveLength(2);
  });

  it('needs a number', () => {
    expect(failureOf(() => expect(complete).toHaveSpans('x', {}))).toContain('needs a number of spans');
  });
});

describe('toHaveCalls', () => {
  it('follows the parents of the spans from service to service', () => {
    expect(complete).toHaveCalls('gateway > orders > users');
    expect(complete).toHaveCalls('orders > users');
    expect(complete).not.toHaveCalls('gateway > users');
  });

  it('fails with the calls of the trace, and with how far they lead', () => {
    expect(failureOf(() => expect(complete).toHaveCalls('gateway > orders > user'))).toContain(
      `
Expected: calls gateway > orders > user
Received: gateway > orders, which does not call user
  The trace has a service users.
Calls of the trace:
  gateway
    orders
      users
`.trim(),
    );
  });
});

describe('toHaveErrors', () => {
  it('lists the failed spans with their messages', () => {
    expect(failureOf(() => expect(complete).not.toHaveErrors())).toContain(
      'orders: calculate_total (internal) ✗: Payment gateway timeout',
    );
  });
});

describe('toHaveLog', () => {
  const withLogs = orderTrace({ logs: [logLine('error', 'Payment failed', { reason: 'timeout' })] });

  it('finds a line by text, level and fields', async () => {
    await expect(withLogs).toHaveLog('Payment');
    await expect(withLogs).toHaveLog(/failed$/);
    await expect(withLogs).toHaveLog({ service: 'orders', level: 'error', fields: { reason: 'timeout' } });
    await expect(withLogs).not.toHaveLog({ level: 'warn' }, { timeoutMillis: 0 });
  });

  it('waits for a line that arrives after the spans', async () => {
    let reads = 0;
    const late = orderTrace({
      origin: {
        logs: () => Promise.resolve(++reads < 3 ? [] : [logLine('info', 'done')]),
        consequences: () => Promise.resolve([]),
      },
    });
    await expect(late).toHaveLog('done');
  });

  it('fails with the lines of the trace', async () => {
    await expect(expect(withLogs).toHaveLog('refund', { timeoutMillis: 0 })).rejects.toThrow(
      'Received: none of 1 log lines within 0 ms:\n  error orders: Payment failed reason="timeout"',
    );
  });
});

describe('toHaveAtMost', () => {
  it('counts spans, calls, levels and queries', () => {
    expect(complete).toHaveAtMost({ spans: 8, calls: 2, depth: 6, queries: 2 });
    expect(failureOf(() => expect(complete).toHaveAtMost({ spans: 7, queries: 1 }))).toContain(
      'Expected: at most 7 spans, 1 queries\nReceived: 8 spans, 2 queries',
    );
  });

  it('names a limit that does not exist', () => {
    // @ts-expect-error the limit does not exist
    expect(failureOf(() => expect(complete).toHaveAtMost({ query: 1 }))).toContain('Did you mean "queries"?');
  });
});

describe('toSpend', () => {
  it('measures the share of a service and of an operation on the critical path', () => {
    expect(complete).toSpend({ name: 'calculate_total' }, { atLeast: '60%', atMost: '60%' });
    expect(complete).toSpend('users', { atMost: 0.16 });
  });

  it('fails with the largest shares', () => {
    expect(failureOf(() => expect(complete).toSpend('orders', { atMost: '50%' }))).toContain(
      `
Expected: service "orders" to spend at most 50 % of the critical path
Received: 64 % of 100.0 ms. The largest shares:
    60 %  orders: calculate_total (internal) ✗
`.trim(),
    );
  });

  it('fails for a service that the trace does not have', () => {
    expect(failureOf(() => expect(complete).toSpend('payments', { atMost: '50%' }))).toContain(
      'Received: no such span',
    );
  });
});

describe('the shape of a trace', () => {
  const { internal, client } = SpanKind;

  it('has placeholders for IDs and numbers, and folds repeats', () => {
    expect(shapeOf(complete).text).toBe(
      `
gateway: POST /orders (server) ✗
  gateway: POST (client)
    orders: POST /orders (server) ✗
      orders: GET (client)
        users: GET /users/{n} (server)
          users: SELECT users (client) ×2
      orders: calculate_total (internal) ✗
`.trim(),
    );
  });

  it('has the chosen fields and attributes alone', () => {
    expect(
      shapeOf(complete, { fields: ['name', 'events'], attributes: ['product'] })
        .text.split('\n')
        .at(-1),
    ).toBe('      calculate_total product="laptop" [exception]');
  });

  it('sorts siblings that overlap in time, and keeps the order of others', () => {
    const root = [{ id: 1, from: 0, to: 100 }, 'root', internal] as const;
    const child = (id: number, name: string, from: number, to: number) =>
      [{ id, parent: 1, from, to }, name, client] as const;
    const sequential = traceOf([root, child(2, 'b', 0, 10), child(3, 'a', 10, 20)]);
    const concurrent = traceOf([root, child(2, 'b', 0, 11), child(3, 'a', 10, 20)]);
    const fields = { fields: ['name'] } as const;
    expect(shapeOf(sequential, fields).text).toBe('root\n  b\n  a');
    expect(shapeOf(concurrent, fields).text).toBe('root\n  a\n  b');
  });

  it.each([
    ['GET /users/3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'GET /users/{uuid}'],
    ['GET /orders/65f1c0ffee12ab34', 'GET /orders/{id}'],
    ['GET /v1/users/17/orders', 'GET /v1/users/{n}/orders'],
    ['process feedback', 'process feedback'],
    ['SELECT users', 'SELECT users'],
  ])('writes %s as %s', (name, templated) => {
    expect(shapeOf(traceOf([[{ id: 1, from: 0, to: 1 }, name, internal]]), { fields: ['name'] }).text).toBe(
      templated,
    );
  });

  it('rejects an option and a field that do not exist, with a hint', () => {
    // @ts-expect-error the option does not exist
    expect(() => shapeOf(complete, { attribute: [] })).toThrow('Did you mean "attributes"?');
    // @ts-expect-error the field does not exist
    expect(() => shapeOf(complete, { fields: ['stats'] })).toThrow('Did you mean "status"?');
  });

  it('is compared with a snapshot of the runner', () => {
    expect(complete).toMatchShape();
    expect(failureOf(() => expect(complete).not.toMatchShape())).toContain('not possible');
  });
});

describe('toBeClean', () => {
  const query = (id: number, text: string): PlacedSpan => [
    { id, parent: 1, from: 2 * id, to: 2 * id + 1 },
    'SELECT users',
    SpanKind.client,
    { 'db.system.name': 'postgresql', 'db.query.text': text },
  ];
  const root: PlacedSpan = [{ id: 1, from: 0, to: 100 }, 'GET /orders', SpanKind.server];
  const repeated = Array.from({ length: 20 }, (_, n) =>
    query(n + 2, `SELECT name FROM users WHERE id = ${n + 1}`),
  );

  it('passes when the analysis finds nothing', () => {
    expect(traceOf([root, query(2, 'SELECT name FROM users')])).toBeClean();
  });

  it('fails with the sentence and the advice of each detection, and marks its spans', () => {
    const message = failureOf(() => expect(traceOf([root, ...repeated])).toBeClean());
    expect(message).toContain('Expected: no detection\nReceived: one detection; the spans are marked');
    expect(message).toMatch(/N\+1 queries \("n-plus-one-queries"\): .*20.*\n +Read all rows with one query/);
    expect(message.match(/►.*SELECT users/g)).toHaveLength(20);
  });

  it('accepts the detections that the test allows', () => {
    expect(traceOf([root, ...repeated])).toBeClean({ allow: ['n-plus-one-queries'] });
    expect(traceOf([root, ...repeated])).not.toBeClean({ allow: ['slow-statement'] });
  });

  it('rejects a detection that does not exist, with a hint, and knows every kind but clock skew', () => {
    // @ts-expect-error the kind does not exist
    expect(() => expect(complete).toBeClean({ allow: ['n-plus-one-query'] })).toThrow(
      'Did you mean "n-plus-one-queries"?',
    );
    expect([...DETECTION_NAMES, 'clock-skew'].sort()).toEqual(Object.keys(DETECTION_KINDS).sort());
  });

  it('does not take the request of the test for a lost parent span', () => {
    const { traceId, resourceSpans } = modelOf(traceOf([[{ id: 2, parent: 1, from: 0, to: 5 }, 'a', 2]]));
    const model = { traceId, resourceSpans };
    expect(testTraceOf(model, { reasons: [] })).not.toBeClean();
    expect(testTraceOf(model, { reasons: [], isOutside: () => true })).toBeClean();
  });
});

describe('the report of a failed assertion', () => {
  const pathIn = (message: string): string => /^Report: (.*)$/m.exec(message)?.[1] ?? '';

  it('is one HTML file with the spans, the log lines and every failure of the trace', () => {
    const trace = orderTrace({ name: 'Größe / prüfen', logs: [logLine('warn', 'Payment is slow')] });
    failureOf(() => expect(trace).toHaveSpan('first'));
    const path = pathIn(failureOf(() => expect(trace).toHaveSpan('second')));
    expect(path).toBe(join(reports, 'größe-prüfen-00000000.trace.html'));
    const html = readFileSync(path, 'utf8');
    for (const text of ['name \\"first\\"', 'name \\"second\\"', 'calculate_total', 'Payment is slow'])
      expect(html).toContain(text);
  });

  it('is not written for a passed assertion, for a trace without spans, and where reports are off', () => {
    const before = readdirSync(reports).length;
    expect(orderTrace({ name: 'passed' })).toHaveSpan('calculate_total');
    expect(pathIn(failureOf(() => expect([]).toHaveSpan('x')))).toBe('');
    process.env.LANTERN_REPORT_DIR = 'off';
    expect(pathIn(failureOf(() => expect(complete).toHaveSpan('x')))).toBe('');
    process.env.LANTERN_REPORT_DIR = reports;
    expect(readdirSync(reports)).toHaveLength(before);
  });

  it('replaces the oldest one beyond a hundred', () => {
    const folder = join(reports, 'many');
    mkdirSync(folder);
    for (let n = 0; n < 105; n++) {
      const path = join(folder, `${n}.trace.html`);
      writeFileSync(path, '');
      utimesSync(path, n + 1, n + 1);
    }
    writeFileSync(join(folder, 'notes.html'), '');
    process.env.LANTERN_REPORT_DIR = folder;
    failureOf(() => expect(complete).toHaveSpan('x'));
    process.env.LANTERN_REPORT_DIR = reports;
    const kept = readdirSync(folder);
    expect(kept).toHaveLength(101);
    expect(kept).toEqual(expect.arrayContaining(['notes.html', '104.trace.html', '6.trace.html']));
    expect(kept).not.toContain('5.trace.html');
  });

  it('names the reason when its folder cannot be written', () => {
    process.env.LANTERN_REPORT_DIR = join(reports, 'file', 'below');
    writeFileSync(join(reports, 'file'), '');
    const message = failureOf(() => expect(complete).toHaveSpan('x'));
    process.env.LANTERN_REPORT_DIR = reports;
    expect(message).toMatch(/Report: could not be written: E/);
  });
});

describe('ended spans of this process', () => {
  const ended = (id: string, parent: string | undefined, name: string, isRemote = false) => ({
    name,
    kind: 1,
    spanContext: () => ({ traceId: '1'.padStart(32, '0'), spanId: id }),
    ...(parent !== undefined && { parentSpanContext: { spanId: parent, isRemote } }),
    startTime: [1, 0] as const,
    endTime: [1, 5_000_000] as const,
    status: { code: 0 },
    attributes: { 'user.id': '1' },
    resource: { attributes: { 'service.name': 'shop' } },
  });

  it('are a trace for every matcher', () => {
    const spans = [ended('b', 'a', 'inner'), ended('a', 'f', 'POST /orders', true)];
    expect(spans).toHaveSpan({ name: 'inner', kind: 'server', parent: 'shop: POST /orders' });
    expect({ spans: () => spans }).not.toHaveErrors();
  });

  it('are incomplete while a parent in this process has not ended', () => {
    expect(failureOf(() => expect([ended('b', 'a', 'inner')]).not.toHaveErrors())).toContain(
      'The parent a of span "inner" (b) has not ended.',
    );
  });
});
