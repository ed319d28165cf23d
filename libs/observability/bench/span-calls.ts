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
const callsOfChunk = 400;
const chunksOfRound = 40;
let sum = 0;

const work: Record<string, () => unknown> = {
  plain: () => (sum += prices.plain(1)),
  traced: () => (sum += prices.traced(1)),
  plainLater: () => prices.plainLater(1),
  tracedLater: () => prices.tracedLater(1),
};

/** CPU of one call in nanoseconds, the sending of its span included. */
async function measure(name: string): Promise<number> {
  const call = work[name];
  if (!call) throw new Error(`There is nothing called ${name}`);
  const request = trace.getTracer('bench').startSpan('request');
  const inside = trace.setSpan(context.active(), request);
  const before = process.cpuUsage();
  for (let chunk = 0; chunk < chunksOfRound; chunk++) {
    await context.with(inside, async () => {
      for (let each = 0; each < callsOfChunk; each++) await call();
    });
    // Lets the processor send what it holds.
    await new Promise((resolve) => setTimeout(resolve, pauseMillis));
  }
  await new Promise((resolve) => setTimeout(resolve, settleMillis));
  const { user, system } = process.cpuUsage(before);
  request.end();
  return ((user + system) * 1000) / (chunksOfRound * callsOfChunk);
}

const pauseMillis = 5;
const settleMillis = 300;

process.on('message', ({ type, name }: { type: string; name: string }) => {
  if (type !== 'calls') return;
  // The sum is sent so that no call can be left out as useless.
  void measure(name).then((nanos) =>
    process.send?.({ type: 'calls', nanos, calls: chunksOfRound * callsOfChunk, sum }),
  );
});
process.send?.({ type: 'ready' });
process.once('disconnect', () => process.exit());
