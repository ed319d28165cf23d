import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { until } from '../../test/until.js';
import { lostTelemetry } from '../delivery/losses.js';
import { Backoff } from '../delivery/backoff.js';
import { LineDelivery, type LineDeliveryOptions } from './line-delivery.js';
import type { QueuedLine } from './line-queue.js';
import type { SendOutcome } from '../delivery/send-outcome.js';
import type { LineSender } from './line-sender.js';

/** How many lines this process lost so far. */
const lost = (reason: 'queue_full' | 'refused'): number => lostTelemetry.logLines[reason] ?? Number.NaN;

const accepted: SendOutcome = { kind: 'accepted' };
const later = (retryAfterMillis?: number): SendOutcome => ({
  kind: 'later',
  reason: 'down',
  retryAfterMillis,
});
const refused: SendOutcome = { kind: 'refused', reason: 'poison' };

/** A backend by script: decides on each request, and keeps what it accepted. */
class ScriptedSender implements LineSender {
  readonly target = 'Loki';
  readonly got: string[] = [];
  readonly requests: { size: number; at: number }[] = [];
  closed = 0;
  answer: (texts: string[]) => SendOutcome | Promise<SendOutcome> = () => accepted;

  async send(lines: readonly QueuedLine[]): Promise<SendOutcome> {
    const texts = lines.map(({ text }) => text);
    this.requests.push({ size: texts.length, at: performance.now() });
    const outcome = await this.answer(texts);
    if (outcome.kind === 'accepted') this.got.push(...texts);
    return outcome;
  }

  parcel(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

let sender: ScriptedSender;
let reports: string[];
let delivery: LineDelivery;

const start = (options: Partial<LineDeliveryOptions> = {}): void => {
  delivery = new LineDelivery({
    sender,
    report: (_level, message) => reports.push(message),
    backoff: new Backoff(Math.random, { firstMillis: 2, lastMillis: 8 }),
    timing: { gatherMillis: 2, splitPauseMillis: 0 },
    ...options,
  });
};

const push = (...texts: string[]): void => {
  for (const text of texts) delivery.push({ level: 'info', text, bytes: text.length, time: 0 });
};

const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `line ${from + index}`);

beforeEach(() => {
  sender = new ScriptedSender();
  reports = [];
  start();
});
afterEach(() => delivery.shutdown(100));

describe('a flush', () => {
  it('A flush sends the queued lines at once, including lines that arrive during a request', async () => {
    start({ timing: { gatherMillis: 600_000, splitPauseMillis: 0 } });
    push('one');
    delivery.flush();
    push('two');
    delivery.flush();
    await until('both lines', () => sender.got.length === 2);
    expect(sender.got).toEqual(['one', 'two']);
  });

  it('A flush makes no additional attempt while the backend is unavailable', async () => {
    start({ backoff: new Backoff(Math.random, { firstMillis: 600_000, lastMillis: 600_000 }) });
    sender.answer = () => later();
    push('one');
    await until('an attempt', () => reports.length === 1);
    delivery.flush();
    expect(sender.requests).toHaveLength(1);
  });
});

describe('a batch with a line that is refused for good', () => {
  it('A batch with a permanently rejected line is split until that line is alone; only that line is discarded, and all others arrive once and in order', async () => {
    const before = lost('refused');
    sender.answer = (texts) => (texts.includes('line 777') ? refused : accepted);
    const lines = numbered(3000);
    push(...lines);
    await until('all others', () => sender.got.length === 2999);
    expect(sender.got).toEqual(lines.filter((line) => line !== 'line 777'));
    // Halving a thousand lines takes ten steps of two requests.
    expect(sender.requests.length).toBeLessThan(30);
    await until('the report', () => reports.length === 1);
    expect(reports).toEqual(['Loki refused 1 log line: poison']);
    expect(lost('refused') - before).toBe(1);
  });

  it('Consecutive batches with rejected lines are reported once, and again after an accepted batch', async () => {
    sender.answer = (texts) => (texts.some((text) => text.startsWith('bad')) ? refused : accepted);
    push('bad 1', 'bad 2');
    await until('a report', () => reports.length === 1);
    push('bad 3');
    await until('its refusal', () => sender.requests.length === 4);
    push('good');
    await until('the good line', () => sender.got.length === 1);
    push('bad 4');
    await until('a second report', () => reports.length === 2);
    expect(reports).toEqual(['Loki refused 2 log lines: poison', 'Loki refused 1 log line: poison']);
  });

  it('Parts of a rejected batch are sent with pauses, so that invalid lines do not keep a core busy', async () => {
    start({ timing: { gatherMillis: 2, splitPauseMillis: 30 } });
    sender.answer = () => refused;
    push('a', 'b');
    await until('three requests', () => sender.requests.length === 3);
    const [first, second, third] = sender.requests.map(({ at }) => at) as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(25);
    expect(third - second).toBeGreaterThanOrEqual(25);
  });

  it('The rest of a split batch waits when the backend becomes unavailable', async () => {
    let isDown = true;
    sender.answer = (texts) => {
      if (texts.includes('line 5')) return refused;
      return sender.got.length >= 4 && isDown ? later() : accepted;
    };
    push(...numbered(16));
    await until('the outage', () => reports.some((each) => each.startsWith('Loki cannot be reached')));
    push('newer');
    isDown = false;
    await until('the others', () => sender.got.length === 16);
    expect(sender.got).toEqual([...numbered(16).filter((line) => line !== 'line 5'), 'newer']);
  });
});

describe('a backend that is away', () => {
  it('An unavailable backend is retried with growing pauses, never before its Retry-After', async () => {
    start({ backoff: new Backoff(() => 1, { firstMillis: 1, lastMillis: 1 }) });
    sender.answer = () => (sender.requests.length === 1 ? later(60) : accepted);
    push('patient');
    await until('the line', () => sender.got.length === 1);
    const [first, second] = sender.requests.map(({ at }) => at) as [number, number];
    expect(second - first).toBeGreaterThanOrEqual(55);
  });

  it('A sender that throws loses no line: the lines are kept and sent later', async () => {
    sender.answer = () => {
      if (sender.requests.length < 3) throw new Error('broken');
      return accepted;
    };
    push('one', 'two');
    await until('the lines', () => sender.got.length === 2);
    expect(sender.got).toEqual(['one', 'two']);
  });

  it('A backend gets one request at a time for any number of lines', async () => {
    let answer = (_outcome: SendOutcome): void => undefined;
    sender.answer = () => new Promise((resolve) => (answer = resolve));
    push(...numbered(1000));
    await until('a request', () => sender.requests.length === 1);
    push(...numbered(5000, 1000));
    await new Promise(setImmediate);
    expect(sender.requests).toHaveLength(1);
    sender.answer = () => accepted;
    answer(accepted);
    await until('all lines', () => sender.got.length === 6000);
    expect(sender.got).toEqual(numbered(6000));
  });

  it('Lines that a slow backend cannot take are discarded beyond the queue’s limit, and reported once there is room', async () => {
    start({ queueBounds: { lines: 1500, bytes: 1e6 } });
    let answer = (_outcome: SendOutcome): void => undefined;
    sender.answer = () => new Promise((resolve) => (answer = resolve));
    push(...numbered(1000));
    await until('a request', () => sender.requests.length === 1);
    push(...numbered(2000, 1000));
    sender.answer = () => accepted;
    answer(accepted);
    await until('the report', () => reports.length === 1);
    expect(reports).toEqual(['500 log lines were dropped: they were written faster than Loki took them']);
    await until('the newest', () => sender.got.at(-1) === 'line 2999');
    expect(sender.got).toHaveLength(2500);
  });
});

describe('whatever the backend answers', () => {
  it('Each line is accepted once and in order, or counted as lost, for any responses of the backend', async () => {
    const outcome = fc.constantFrom(accepted, later(), refused);
    const step = fc.record({
      lines: fc.integer({ min: 0, max: 12 }),
      answers: fc.array(outcome, { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        sender = new ScriptedSender();
        start({
          queueBounds: { lines: 10, bytes: 1000 },
          backoff: new Backoff(() => 0, { firstMillis: 0, lastMillis: 0 }),
        });
        const before = lost('queue_full') + lost('refused');
        const answers: SendOutcome[] = [];
        sender.answer = () => answers.shift() ?? accepted;
        let pushed = 0;
        for (const each of steps) {
          answers.push(...each.answers);
          push(...numbered(each.lines, pushed));
          pushed += each.lines;
          await new Promise(setImmediate);
        }
        await delivery.shutdown(1000);
        // One attempt at the end may have found the backend away.
        const left =
          reports.at(-1)?.endsWith('before the end') === true ? Number.parseInt(reports.at(-1) ?? '') : 0;
        const dropped = lost('queue_full') + lost('refused') - before;
        const order = sender.got.map((text) => Number(text.slice(5)));
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
        expect(order.length + dropped).toBeLessThanOrEqual(pushed);
        expect(order.length + dropped + left).toBeGreaterThanOrEqual(pushed);
        reports.length = 0;
      }),
      { numRuns: 60 },
    );
  });
});

describe('the end', () => {
  it('Shutdown sends the queued lines, splits rejected batches without pauses, and closes the sender', async () => {
    start({ timing: { gatherMillis: 10_000, splitPauseMillis: 10_000 } });
    sender.answer = (texts) => (texts.includes('line 3') ? refused : accepted);
    push(...numbered(8));
    await delivery.shutdown(5000);
    expect(sender.got).toEqual(numbered(8).filter((line) => line !== 'line 3'));
    expect(sender.closed).toBe(1);
    expect(reports).toEqual(['Loki refused 1 log line: poison']);
  });

  it('Shutdown meets its deadline with a full queue and a backend that does not respond, and reports the number of remaining lines', async () => {
    sender.answer = () => new Promise<never>(() => undefined);
    push(...numbered(2500));
    await until('a request', () => sender.requests.length === 1);
    const before = performance.now();
    await delivery.shutdown(50);
    expect(performance.now() - before).toBeLessThan(20_000);
    expect(reports).toEqual(['2500 log lines were not sent to Loki before the end']);
  });
});
