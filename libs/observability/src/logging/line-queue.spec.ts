import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineQueue, type QueuedLine, sizeOf } from './line-queue.js';

const line = (text: string): QueuedLine => ({ level: 'info', text, bytes: text.length, time: 0 });
const texts = (lines: readonly QueuedLine[]): string[] => lines.map(({ text }) => text);
const everything = { lines: Infinity, bytes: Infinity };

describe('the queue of log lines', () => {
  it('The queue returns lines in the order of their arrival', () => {
    const queue = new LineQueue({ lines: 10, bytes: 100 });
    for (const text of ['a', 'b', 'c']) queue.push(line(text));
    expect(texts(queue.take({ lines: 2, bytes: 100 }))).toEqual(['a', 'b']);
    expect(texts(queue.take(everything))).toEqual(['c']);
  });

  it('The queue discards and counts its oldest lines beyond its limit on lines', () => {
    const queue = new LineQueue({ lines: 2, bytes: 100 });
    for (const text of ['a', 'b', 'c', 'd']) queue.push(line(text));
    expect(queue.takeLost()).toBe(2);
    expect(queue.takeLost()).toBe(0);
    expect(texts(queue.take(everything))).toEqual(['c', 'd']);
  });

  it('The queue discards its oldest lines beyond its limit on bytes', () => {
    const queue = new LineQueue({ lines: 100, bytes: 10 });
    for (const text of ['aaaa', 'bbbb', 'cccc']) queue.push(line(text));
    expect(texts(queue.take(everything))).toEqual(['bbbb', 'cccc']);
  });

  it('The queue counts a line’s bytes as sent, including its labels and metadata', () => {
    expect(sizeOf('ä€')).toBe(5 + sizeOf(''));
    expect(sizeOf('')).toBeGreaterThan(0);
  });

  it('The queue returns a line that is larger than a batch on its own', () => {
    const queue = new LineQueue({ lines: 100, bytes: 1000 });
    queue.push(line('x'.repeat(500)));
    queue.push(line('y'));
    expect(queue.take({ lines: 10, bytes: 100 })).toHaveLength(1);
  });

  it('The queue takes unsent lines back to its front, as far as its limits allow', () => {
    const queue = new LineQueue({ lines: 3, bytes: 100 });
    for (const text of ['a', 'b', 'c']) queue.push(line(text));
    const batch = queue.take({ lines: 2, bytes: 100 });
    queue.push(line('d'));
    queue.putBack(batch);
    expect(queue.takeLost()).toBe(1);
    expect(texts(queue.take(everything))).toEqual(['b', 'c', 'd']);
  });

  it('The queue counts every lost line and never exceeds its limits, for any sequence of operations', () => {
    const bounds = { lines: 5, bytes: 40 };
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 4 }), back: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new LineQueue(bounds);
        let pushed = 0;
        let delivered = 0;
        for (const each of steps) {
          if ('push' in each) {
            queue.push(line(`${pushed++}`.padEnd(each.push, '.')));
          } else {
            const batch = queue.take({ lines: each.take, bytes: 20 });
            if (each.back) queue.putBack(batch);
            else delivered += batch.length;
          }
          expect(queue.length).toBeLessThanOrEqual(bounds.lines);
          expect(queue.bytes).toBeLessThanOrEqual(bounds.bytes);
        }
        const rest = queue.take(everything);
        expect(queue.bytes).toBe(0);
        expect(delivered + rest.length + queue.takeLost()).toBe(pushed);
        const order = texts(rest).map((text) => parseInt(text, 10));
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
    );
  });
});
