import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../test/until.js';
import { Backoff } from '../delivery/backoff.js';
import type { SendOutcome } from '../delivery/send-outcome.js';
import { lostTelemetry } from '../delivery/losses.js';
import { startTestTelemetry } from '../testing/index.js';
import { SpanDelivery } from './span-delivery.js';
import { Tracer } from './tracer.js';

const telemetry = startTestTelemetry();
const TARGET = 'http://localhost:4318';
const away: SendOutcome = { kind: 'later', reason: 'connect ECONNREFUSED' };

/** Outcome that the backend returns for a batch. */
let answer: (spans: readonly ReadableSpan[]) => SendOutcome;
let accepted: string[];
let requests: number[];
let reports: string[];
let delivery: SpanDelivery;

beforeEach(() => {
  answer = () => ({ kind: 'accepted' });
  accepted = [];
  requests = [];
  reports = [];
  delivery = new SpanDelivery({
    sender: {
      target: TARGET,
      send: (spans) => {
        const outcome = answer(spans);
        requests.push(spans.length);
        if (outcome.kind === 'accepted') accepted.push(...spans.map(({ name }) => name));
        return Promise.resolve(outcome);
      },
      sendBlocking: (spans) => (answer(spans).kind === 'accepted' ? 0 : spans.length),
    },
    report: (level, message) => reports.push(`${level}: ${message}`),
    maxQueueSize: 300,
    maxBatchSize: 100,
    delayMillis: 1,
    backoff: new Backoff(() => 0, { firstMillis: 2, lastMillis: 2 }),
  });
});
afterEach(() => delivery.shutdown());

let made = 0;
const push = (count: number): string[] => {
  telemetry.reset();
  for (let at = 0; at < count; at++) new Tracer().withSpan(`work ${made++}`, () => undefined);
  for (const span of telemetry.spans()) delivery.push(span);
  return telemetry.spans().map(({ name }) => name);
};
const delivered = (): Promise<void> => until('the delivery of all spans', () => delivery.undelivered === 0);

describe('the delivery of spans', () => {
  it('Span delivery logs nothing while it succeeds', async () => {
    const names = push(250);
    await delivered();
    expect(accepted).toEqual(names);
    expect(Math.max(...requests)).toBe(100);
    expect(reports).toEqual([]);
  });

  it('Span delivery never sends during the request that fills a batch', async () => {
    push(100);
    expect(requests).toEqual([]);
    await delivered();
    expect(requests).toEqual([100]);
  });

  it('Span delivery keeps spans through any number of failed attempts, and delivers each once and in order', async () => {
    answer = () => away;
    const names = push(120);
    await until('five attempts', () => requests.length >= 5);
    names.push(...push(120));
    answer = () => ({ kind: 'accepted' });
    await delivered();
    expect(accepted).toEqual(names);
    expect(reports).toEqual([
      `warn: Spans cannot be sent to ${TARGET} (connect ECONNREFUSED); they are kept until it answers, new ones are ` +
        'dropped when they become too many',
      `info: Spans reach ${TARGET} again; none were lost`,
    ]);
  });

  it('Span delivery sends small requests while the backend is unavailable', async () => {
    answer = () => away;
    push(300);
    await until('five attempts', () => requests.length >= 5);
    expect(requests[0]).toBe(100);
    expect(Math.max(...requests.slice(1))).toBe(64);
  });

  it('Span delivery discards and counts spans beyond its limit, and reports them when the backend is back', async () => {
    const before = lostTelemetry.spans.queue_full ?? 0;
    answer = () => away;
    const names = push(307);
    await until('an attempt', () => requests.length > 0);
    answer = () => ({ kind: 'accepted' });
    await delivered();
    expect(accepted).toEqual(names.slice(0, 300));
    expect(lostTelemetry.spans.queue_full).toBe(before + 7);
    expect(reports.at(-1)).toBe(`info: Spans reach ${TARGET} again; 7 were lost`);
  });

  it('Span delivery reports once a minute the spans that it discarded while it succeeded', async () => {
    for (let burst = 0; burst < 3; burst++) {
      push(304);
      await delivered();
    }
    const dropped = `spans were dropped: they end faster than they are sent to ${TARGET}`;
    expect(reports).toEqual([`warn: 4 ${dropped}`]);
    delivery.conclude();
    expect(reports).toEqual([`warn: 4 ${dropped}`, `warn: 8 ${dropped}`]);
  });

  it('Span delivery discards and counts a rejected span alone, not with its batch', async () => {
    const before = lostTelemetry.spans.refused ?? 0;
    answer = (spans) =>
      spans.some(({ name }) => name === bad) ? { kind: 'refused', reason: 'HTTP 400' } : { kind: 'accepted' };
    const bad = `work ${made + 41}`;
    const names = push(100);
    await delivered();
    expect(accepted).toEqual(names.filter((name) => name !== bad));
    expect(lostTelemetry.spans.refused).toBe(before + 1);
    expect(reports).toEqual([`warn: ${TARGET} refused 1 span: HTTP 400`]);
  });

  it('Span delivery reports the lost and the remaining spans at shutdown', async () => {
    const before = lostTelemetry.spans.export_failed ?? 0;
    answer = () => away;
    push(302);
    await until('an attempt', () => requests.length > 0);
    await delivery.shutdown();
    delivery.conclude();
    expect(reports.slice(1)).toEqual([
      `warn: 2 spans were lost while ${TARGET} was away`,
      `warn: 300 spans were not sent to ${TARGET} before the end`,
    ]);
    expect(lostTelemetry.spans.export_failed).toBe(before + 300);
  });

  it('Span delivery sends queued spans and repeats requests in flight at the end of the process, and reports the spans that did not arrive', () => {
    push(100);
    answer = () => away;
    delivery.sendRest(1000);
    expect(reports).toEqual([`warn: 100 spans were not sent to ${TARGET} before the end`]);
    expect(delivery.undelivered).toBe(0);
  });
});
