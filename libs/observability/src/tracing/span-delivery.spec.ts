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
  it('is silent while it works', async () => {
    const names = push(250);
    await delivered();
    expect(accepted).toEqual(names);
    expect(Math.max(...requests)).toBe(100);
    expect(reports).toEqual([]);
  });

  it('never sends while the request runs that fills a batch', async () => {
    push(100);
    expect(requests).toEqual([]);
    await delivered();
    expect(requests).toEqual([100]);
  });

  it('keeps spans while the backend is away, however often it fails, and delivers each once and in order', async () => {
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

  it('sends small requests while the backend is away', async () => {
    answer = () => away;
    push(300);
    await until('five attempts', () => requests.length >= 5);
    expect(requests[0]).toBe(100);
    expect(Math.max(...requests.slice(1))).toBe(64);
  });

  it('drops and counts the spans for which there is no room, and reports them when the backend is back', async () => {
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

  it('reports once a minute how many there was no room for although it works', async () => {
    for (let burst = 0; burst < 3; burst++) {
      push(304);
      await delivered();
    }
    const dropped = `spans were dropped: they end faster than they are sent to ${TARGET}`;
    expect(reports).toEqual([`warn: 4 ${dropped}`]);
    delivery.conclude();
    expect(reports).toEqual([`warn: 4 ${dropped}`, `warn: 8 ${dropped}`]);
  });

  it('drops and counts a span that is refused alone, not with its batch', async () => {
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

  it('reports in the end what was lost and what is left', async () => {
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

  it('sends at the end of the process what waits and what is under way, and reports what did not arrive', () => {
    push(100);
    answer = () => away;
    delivery.sendRest(1000);
    expect(reports).toEqual([`warn: 100 spans were not sent to ${TARGET} before the end`]);
    expect(delivery.undelivered).toBe(0);
  });
});
