// The calls that are measured: `@Span()` on a method, against the same method without it. Run below the library's preload.
import 'reflect-metadata';
import { context, trace } from '@opentelemetry/api';
// eslint-disable-next-line no-restricted-imports -- measured as an application has it
import { Span } from '@lantern/observability';

class Prices {
  plain(amount: number): number {
    return amount + 1;
  }

  @Span()
  traced(amount: number): number {
    return amount + 1;
  }

  async plainLater(amount: number): Promise<number> {
    return amount + 1;
  }

  @Span()
  async tracedLater(amount: number): Promise<number> {
    return amount + 1;
  }
}

const prices = new Prices();
/** Few enough to fit into the queue of spans, so that none is dropped and all are paid for. */
const CALLS_OF_CHUNK = 400;
const CHUNKS_OF_ROUND = 40;
let sum = 0;

const work: Record<string, () => unknown> = {
  plain: () => (sum += prices.plain(1)),
  traced: () => (sum += prices.traced(1)),
  plainLater: () => prices.plainLater(1),
  tracedLater: () => prices.tracedLater(1),
};

/** CPU of one call in nanoseconds, the sending of its span included. */
const measure = async (name: string): Promise<number> => {
  const call = work[name];
  if (!call) throw new Error(`There is nothing called ${name}`);
  const request = trace.getTracer('bench').startSpan('request');
  const inside = trace.setSpan(context.active(), request);
  const before = process.cpuUsage();
  for (let chunk = 0; chunk < CHUNKS_OF_ROUND; chunk++) {
    await context.with(inside, async () => {
      for (let each = 0; each < CALLS_OF_CHUNK; each++) await call();
    });
    // Lets the processor send the spans that it holds.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
  const { user, system } = process.cpuUsage(before);
  request.end();
  return ((user + system) * 1000) / (CHUNKS_OF_ROUND * CALLS_OF_CHUNK);
};

const PAUSE_MILLIS = 5;
const SETTLE_MILLIS = 300;

process.on('message', ({ type, name }: { type: string; name: string }) => {
  if (type !== 'calls') return;
  // The sum is sent so that no call can be left out as useless.
  void measure(name).then((nanos) =>
    process.send?.({ type: 'calls', nanos, calls: CHUNKS_OF_ROUND * CALLS_OF_CHUNK, sum }),
  );
});
process.send?.({ type: 'ready' });
process.once('disconnect', () => process.exit());
