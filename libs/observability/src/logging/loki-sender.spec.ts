import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closedPort } from '../../test/http-server.js';
import { type FakeLoki, startLoki } from '../../test/loki.js';
import { until } from '../../test/until.js';
import { setUntracedPaths } from '../http/untraced-paths.js';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';
import { Backoff } from '../delivery/backoff.js';
import { LineDelivery, type LineDeliveryOptions } from './line-delivery.js';
import { type QueuedLine, sizeOf } from './line-queue.js';
import type { LogRecord } from './log-record.js';
import { LokiSender } from './loki-sender.js';

const telemetry = startTestTelemetry();
// The Loki of these tests runs in the same process.
setUntracedPaths(['/loki']);
let loki: FakeLoki;
let reports: string[];
let delivery: LineDelivery;

const connect = (url = loki.url, options: Partial<LineDeliveryOptions> = {}): void => {
  delivery = new LineDelivery({
    sender: new LokiSender(url, { service: 'order-service', env: 'test' }),
    report: (_level, message) => reports.push(message),
    backoff: new Backoff(Math.random, { firstMillis: 20, lastMillis: 50 }),
    ...options,
  });
};

const write = (message: string, line: Partial<QueuedLine> = {}): void => {
  const text = JSON.stringify({ message });
  delivery.push({ level: 'info', text, bytes: sizeOf(text), time: Date.now() + 0.25, ...line });
};

const messages = (): string[] => loki.lines.map(({ line }) => (JSON.parse(line) as LogRecord).message);

beforeEach(async () => {
  reports = [];
  loki = await startLoki();
  connect();
});
afterEach(async () => {
  await delivery.shutdown(100);
  await loki.close();
});

describe('the way of log lines to Loki', () => {
  it('A line is delivered to Loki soon, with level and IDs as metadata and two constant labels', async () => {
    write('Payment processing failed', {
      level: 'error',
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      correlationId: 'c',
    });
    // Far below the five seconds of winston-loki.
    await until('the line', () => loki.lines.length === 1, 4500);
    expect(loki.lines[0]).toEqual({
      labels: { service: 'order-service', env: 'test' },
      metadata: { level: 'error', trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), correlation_id: 'c' },
      line: '{"message":"Payment processing failed"}',
      timestamp: expect.stringMatching(/^\d{13}000000$/),
    });
    expect(Math.abs(Number(loki.lines[0]?.timestamp) / 1e6 - Date.now())).toBeLessThan(60_000);
  });

  it('Lines are sent to Loki in one request', async () => {
    for (let count = 0; count < 50; count++) write(`line ${count}`);
    await until('50 lines', () => loki.lines.length === 50);
    expect(loki.pushes).toHaveLength(1);
    expect(messages()).toEqual(Array.from({ length: 50 }, (_, count) => `line ${count}`));
  });

  it('A burst of lines is sent to Loki in requests of limited size', async () => {
    for (let count = 0; count < 2500; count++) write(`line ${count}`);
    await until('2500 lines', () => loki.lines.length === 2500);
    expect(loki.pushes.length).toBeGreaterThanOrEqual(3);
  });

  it('Every request body to Loki stays below a megabyte for any lines', async () => {
    const lines = ['"'.repeat(60_000), '€'.repeat(60_000), '\\'.repeat(60_000), '🧨'.repeat(30_000)];
    for (let round = 0; round < 6; round++) for (const line of lines) write(line);
    await until('24 lines', () => loki.lines.length === 24);
    expect(loki.largestBody).toBeLessThan(1e6);
    expect(messages()).toEqual(Array.from({ length: 6 }, () => lines).flat());
  });

  it('Requests to Loki have no spans and no trace headers, even if they start inside a traced request', async () => {
    telemetry.reset();
    new Tracer().withSpan('request', () => {
      write('inside');
    });
    await until('the line', () => loki.lines.length === 1);
    expect(telemetry.tree()).toBe('request [internal]');
    expect(Object.keys(loki.pushes[0] ?? {}).filter((name) => /b3|trace|correlation/.test(name))).toEqual([]);
  });

  it('Requests to Loki have the credentials of its URL', async () => {
    connect(loki.url.replace('//', '//user:pass@') + '/');
    write('hello');
    await until('the line', () => loki.lines.length === 1);
    expect(loki.pushes[0]?.authorization).toBe(`Basic ${btoa('user:pass')}`);
  });
});

describe('while Loki is away', () => {
  it('Lines are kept while Loki is unavailable, with one warning, and delivered when it is back', async () => {
    loki.answerWith(503);
    write('first');
    await until('two attempts', () => loki.pushes.length >= 2);
    write('second');
    loki.answerWith(204);
    await until('both lines', () => loki.lines.length === 2);
    await until('both reports', () => reports.length === 2);
    expect(messages()).toEqual(['first', 'second']);
    expect(reports).toEqual([
      expect.stringMatching(/^Loki cannot be reached \(Server returned HTTP 503/),
      'Loki is back; no log lines were dropped meanwhile',
    ]);
  });

  it('While Loki is unavailable, the newest lines are kept within the limits, and the number of discarded lines is reported', async () => {
    connect(loki.url, { queueBounds: { lines: 10, bytes: 10_000 } });
    loki.answerWith(503);
    write('first');
    await until('an attempt', () => reports.length === 1);
    for (let count = 0; count < 100; count++) write(`line ${count}`);
    loki.answerWith(204);
    await until('the rest', () => loki.lines.length === 10);
    await until('both reports', () => reports.length === 2);
    expect(messages()[9]).toBe('line 99');
    expect(reports[1]).toBe('Loki is back; 91 log lines were dropped meanwhile');
  });

  it('A closed Loki port does not stop the service', async () => {
    connect(`http://127.0.0.1:${await closedPort()}`);
    write('lost');
    await until('a report', () => reports.length === 1);
    expect(reports[0]).toContain('ECONNREFUSED');
  });

  it.each([
    {
      what: 'does not answer',
      misbehave: () => loki.answerWith(undefined),
      limits: { silenceMillis: 40, requestMillis: 5000 },
      reason: /timed out after 40ms/,
    },
    {
      what: 'never comes to the end of its answer',
      misbehave: () => loki.dribble(),
      limits: { silenceMillis: 5000, requestMillis: 120 },
      reason: /no complete answer within 120 ms/,
    },
  ])('A request is aborted when Loki $what', async ({ misbehave, limits, reason }) => {
    misbehave();
    connect(loki.url, { sender: new LokiSender(loki.url, { service: 'order-service' }, limits) });
    write('kept');
    await until('the report', () => reports.length === 1);
    expect(reports[0]).toMatch(reason);
    await until('another attempt', () => loki.pushes.length >= 2);
  });

  it('A retry waits at least as long as Loki asks', async () => {
    loki.answerWith(429, { 'retry-after': '1' });
    const attempts: number[] = [];
    write('patient');
    await until('an attempt', () => reports.length === 1);
    attempts.push(performance.now());
    loki.answerWith(204);
    await until('the line', () => loki.lines.length === 1);
    attempts.push(performance.now());
    expect(loki.pushes).toHaveLength(2);
    expect((attempts[1] ?? 0) - (attempts[0] ?? 0)).toBeGreaterThan(900);
  });

  it.each([401, 403, 404])(
    'Lines are kept until the operator fixes the cause of a response %i',
    async (status) => {
      loki.answerWith(status);
      write('kept');
      await until('two attempts', () => loki.pushes.length >= 2);
      loki.answerWith(204);
      await until('the line', () => loki.lines.length === 1);
      expect(reports[0]).toContain(`HTTP ${status}`);
    },
  );
});

describe('a line that Loki refuses', () => {
  it('A rejected line is discarded alone; the other lines of its batch arrive once and in order', async () => {
    loki.refuse((line) => line.includes('poison'));
    for (let count = 0; count < 100; count++) write(count === 41 ? 'poison' : `line ${count}`);
    await until('the others', () => loki.lines.length === 99);
    await until('the report', () => reports.length === 1);
    expect(messages()).toEqual(
      Array.from({ length: 100 }, (_, count) => `line ${count}`).filter((line) => line !== 'line 41'),
    );
    expect(reports[0]).toMatch(/^Loki refused 1 log line: Server returned HTTP 400: cannot take .*poison/);
  });
});

describe('shutting down', () => {
  it('Shutdown delivers the queued lines to Loki', async () => {
    for (let count = 0; count < 1500; count++) write(`line ${count}`);
    await delivery.shutdown(2000);
    expect(loki.lines).toHaveLength(1500);
    expect(reports).toEqual([]);
  });

  it('Shutdown does not wait for an unavailable Loki, and reports the lost lines', async () => {
    loki.answerWith(503);
    write('lost');
    await delivery.shutdown(2000);
    expect(reports.at(-1)).toBe('1 log lines were not sent to Loki before the end');
  });

  it('Shutdown meets its deadline when Loki does not respond', async () => {
    loki.answerWith(undefined);
    write('lost');
    const before = performance.now();
    await delivery.shutdown(50);
    expect(performance.now() - before).toBeLessThan(4000);
    expect(reports.at(-1)).toBe('1 log lines were not sent to Loki before the end');
  });

  it('After shutdown, lines are ignored and a second shutdown does nothing', async () => {
    await delivery.shutdown(100);
    write('too late');
    await delivery.shutdown(100);
    expect(loki.pushes).toEqual([]);
  });
});
