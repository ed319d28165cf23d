import { Child, type Message, program } from './child.js';
import { median, shuffled } from './statistics.js';
import { format, printTable } from './table.js';

interface Calls extends Message {
  type: 'calls';
  nanos: number;
  calls: number;
}

interface Ready extends Message {
  type: 'ready';
  url: string;
}

/** CPU that `@Span()` adds to a call, in microseconds. */
export interface SpanCost {
  sampled: number;
  unsampled: number;
}

const samplers = { sampled: 'always_on', unsampled: 'always_off' } as const;
const pairs = [
  { what: 'a method', traced: 'traced', plain: 'plain' },
  { what: 'an async method', traced: 'tracedLater', plain: 'plainLater' },
] as const;

/** Measures calls of a method within a request, with its span sent and with the request sampled out. */
export const measureSpan = async (rounds: number): Promise<SpanCost> => {
  const rows: string[][] = [];
  const cost = { sampled: NaN, unsampled: NaN };
  for (const [decision, sampler] of Object.entries(samplers)) {
    const sink = new Child('sink', [program('sink')]);
    const { url } = await sink.message<Ready>('ready');
    const child = new Child(
      `@Span, ${decision}`,
      ['--import', '@lantern/observability/register', program('span-calls')],
      {
        cwd: new URL('.', import.meta.url).pathname,
        env: {
          OTEL_SERVICE_NAME: 'bench',
          OTEL_TRACES_SAMPLER: sampler,
          OTEL_EXPORTER_OTLP_ENDPOINT: url,
          OTEL_BSP_SCHEDULE_DELAY: '50',
          OTEL_BSP_MAX_QUEUE_SIZE: '65536',
        },
      },
    );
    try {
      await child.message('ready');
      let spans = 0;
      const call = async (name: string): Promise<number> => {
        const { nanos, calls } = await child.ask<Calls>('calls', { name });
        // The request, and a span for each traced call.
        if (decision === 'sampled') spans += name.startsWith('traced') ? calls + 1 : 1;
        return nanos / 1000;
      };
      for (const { what, traced, plain } of pairs) {
        const differences: number[] = [];
        const plainCalls: number[] = [];
        // The first rounds are for the compiler.
        for (let round = -3; round < rounds; round++) {
          const micros = new Map<string, number>();
          for (const name of shuffled([traced, plain])) micros.set(name, await call(name));
          if (round < 0) continue;
          plainCalls.push(micros.get(plain) ?? NaN);
          differences.push((micros.get(traced) ?? NaN) - (micros.get(plain) ?? NaN));
        }
        rows.push([
          `${what}, ${decision}`,
          format(median(plainCalls)),
          format(median(differences)),
          `${format(Math.min(...differences))} to ${format(Math.max(...differences))}`,
        ]);
        if (what === 'a method') cost[decision as keyof SpanCost] = median(differences);
      }
      const arrived = await sink.ask<Message & { type: 'spans'; spans: number }>('spans');
      // A span that was dropped costs less than one that is sent. The last request's may still be on its way.
      if (arrived.spans < spans - 1) throw new Error(`Of ${spans} spans ${arrived.spans} were sent`);
    } finally {
      await child.stop();
      await sink.stop();
    }
  }
  printTable(
    `CPU of one call, microseconds: @Span() within a request, encoding and sending included, median of ${rounds} rounds`,
    ['@Span() on', 'plain call', 'added', 'lowest to highest'],
    rows,
  );
  return cost;
};
