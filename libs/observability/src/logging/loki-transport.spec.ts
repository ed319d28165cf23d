import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MESSAGE } from 'triple-beam';
import { closedPort } from '../../test/http-server.js';
import { type FakeLoki, startLoki } from '../../test/loki.js';
import { until } from '../../test/until.js';
import { setUntracedPaths } from '../http/untraced-paths.js';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';
import type { LogRecord } from './log-record.js';
import { LokiTransport, type LokiTransportOptions } from './loki-transport.js';

const telemetry = startTestTelemetry();
// The Loki of these tests runs in the same process.
setUntracedPaths(['/loki']);
let loki: FakeLoki;
let reports: string[];
let transport: LokiTransport;

const connect = (options: Partial<LokiTransportOptions> = {}): void => {
  transport = new LokiTransport({
    url: loki.url,
    labels: { service: 'order-service', env: 'test' },
    report: (_level, message) => reports.push(message),
    ...options,
  });
};

const write = (message: string, fields: Partial<LogRecord> = {}): void => {
  const record: LogRecord = { timestamp: '', level: 'info', message, service: 'order-service', ...fields };
  transport.log({ record, [MESSAGE]: JSON.stringify(record) }, () => undefined);
};

const messages = (): string[] => loki.lines.map(({ line }) => (JSON.parse(line) as LogRecord).message);

beforeEach(async () => {
  reports = [];
  loki = await startLoki();
  connect();
});
afterEach(async () => {
  await transport.shutdown(100);
  await loki.close();
});

describe('the way of log lines to Loki', () => {
  it('delivers a line soon, with ids as metadata and few labels', async () => {
    const ids = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), correlation_id: 'c' };
    write('Payment processing failed', { level: 'error', product: 'laptop', ...ids });
    // Far below the five seconds of winston-loki.
    await until('the line', () => loki.lines.length === 1, 2000);
    expect(loki.lines[0]).toMatchObject({
      labels: { level: 'error', service: 'order-service', env: 'test' },
      metadata: ids,
    });
    expect(Object.keys(loki.lines[0]?.labels ?? {})).toHaveLength(3);
    expect(JSON.parse(loki.lines[0]?.line ?? '')).toMatchObject({ product: 'laptop', ...ids });
    expect(Math.abs(Number(loki.lines[0]?.timestamp) / 1e6 - Date.now())).toBeLessThan(2000);
  });

  it('gathers lines into one request', async () => {
    for (let count = 0; count < 50; count++) write(`line ${count}`);
    await until('50 lines', () => loki.lines.length === 50);
    expect(loki.pushes).toHaveLength(1);
    expect(messages()).toEqual(Array.from({ length: 50 }, (_, count) => `line ${count}`));
  });

  it('sends a burst in bounded requests', async () => {
    for (let count = 0; count < 2500; count++) write(`line ${count}`);
    await until('2500 lines', () => loki.lines.length === 2500);
    expect(loki.pushes.length).toBeGreaterThanOrEqual(3);
  });

  it('leaves no spans and no trace headers, even when it starts inside a request', async () => {
    telemetry.reset();
    new Tracer().withSpan('request', () => {
      write('inside');
    });
    await until('the line', () => loki.lines.length === 1);
    expect(telemetry.tree()).toBe('request [internal]');
    expect(Object.keys(loki.pushes[0] ?? {}).filter((name) => /b3|trace|correlation/.test(name))).toEqual([]);
  });

  it('sends the credentials of its URL', async () => {
    connect({ url: loki.url.replace('//', '//user:pass@') + '/' });
    write('hello');
    await until('the line', () => loki.lines.length === 1);
    expect(loki.pushes[0]?.authorization).toBe(`Basic ${btoa('user:pass')}`);
  });
});

describe('while Loki is away', () => {
  it('keeps the lines, says so once, and delivers them when it is back', async () => {
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

  it('keeps no more than its bounds, the newest, and tells how many were dropped', async () => {
    connect({ queueBounds: { lines: 10, characters: 10_000 } });
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

  it('survives a closed port', async () => {
    connect({ url: `http://127.0.0.1:${await closedPort()}` });
    write('lost');
    await until('a report', () => reports.length === 1);
    expect(reports[0]).toContain('ECONNREFUSED');
  });

  it('gives up a batch that Loki refuses, says why once, and goes on', async () => {
    loki.answerWith(400);
    write('poison');
    await until('the refusal', () => reports.length === 1);
    write('poison again');
    await until('the second refusal', () => loki.pushes.length === 2);
    loki.answerWith(204);
    write('good');
    await until('the good line', () => loki.lines.length === 1);
    expect(messages()).toEqual(['good']);
    expect(reports).toEqual(['Loki refused 1 log lines: Server returned HTTP 400: refused by the test']);
  });
});

describe('shutting down', () => {
  it('delivers what is waiting', async () => {
    for (let count = 0; count < 1500; count++) write(`line ${count}`);
    await transport.shutdown(2000);
    expect(loki.lines).toHaveLength(1500);
    expect(reports).toEqual([]);
  });

  it('does not wait for a Loki that is down, and says what it lost', async () => {
    loki.answerWith(503);
    write('lost');
    await transport.shutdown(2000);
    expect(reports.at(-1)).toBe('1 log lines were not sent to Loki before the end');
  });

  it('keeps its deadline when Loki does not answer', async () => {
    loki.answerWith(undefined);
    write('lost');
    const before = performance.now();
    await transport.shutdown(50);
    expect(performance.now() - before).toBeLessThan(1000);
    expect(reports.at(-1)).toBe('1 log lines were not sent to Loki before the end');
  });

  it('is the end: later lines are ignored, a second call does nothing', async () => {
    await transport.shutdown(100);
    write('too late');
    await transport.shutdown(100);
    expect(loki.pushes).toEqual([]);
  });
});
