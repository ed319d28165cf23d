import { createServer } from 'node:net';
import { once } from 'node:events';
import { Child, type Message, program } from './child.js';
import type { AddedCpu } from './http-cost.js';
import { sendingTo } from './http-variants.js';
import { median, shuffled } from './statistics.js';
import { format, printTable } from './table.js';

interface Calls extends Message {
  type: 'calls';
  micros: number;
}

interface Ready extends Message {
  type: 'ready';
  url: string;
}

interface Spans extends Message {
  type: 'spans';
  spans: number;
}

const protocols = ['graphql', 'grpc', 'socket.io'];

const DELAY_MILLIS = 100;
const CALLS = 1000;
const WARMUP_CALLS = 4000;

const variants = [
  { name: 'bare', imports: [], args: [] },
  { name: 'stock', imports: ['--import', new URL('./stock-remote.js', import.meta.url).href], args: [] },
  { name: 'library', imports: ['--import', '@lantern/observability/register'], args: ['library'] },
] as const;

/**
 * Measures the CPU that tracing adds to a call of each protocol, in microseconds. The variants are processes of their own that
 * take turns in random order.
 */
export const measureRemote = async (turns: number, only?: string): Promise<Map<string, AddedCpu>> => {
  const added = new Map<string, AddedCpu>();
  const rows: string[][] = [];
  for (const protocol of protocols) {
    if (only !== undefined && !new RegExp(only).test(protocol)) continue;
    const samples = await measureProtocol(protocol, turns);
    const bare = samples.map((turn) => turn.get('bare')?.micros ?? NaN);
    const of = (name: string): number[] =>
      samples.map((turn, at) => (turn.get(name)?.micros ?? NaN) - (bare[at] ?? NaN));
    for (const name of ['stock', 'library']) {
      rows.push([
        `${protocol}, ${name}`,
        format(median(bare)),
        format(median(of(name))),
        format(median(samples.map((turn) => turn.get(name)?.spans ?? NaN))),
      ]);
    }
    added.set(
      protocol,
      new Map([
        ['stock', of('stock')],
        ['library', of('library')],
      ]),
    );
  }
  printTable(
    `CPU of one call, microseconds: its spans encoded and sent, median of ${turns} turns of ${CALLS} calls`,
    ['protocol', 'without', 'added', 'spans'],
    rows,
  );
  return added;
};

interface Sample {
  micros: number;
  spans: number;
}

const measureProtocol = async (protocol: string, turns: number): Promise<Map<string, Sample>[]> => {
  const running = new Map<string, { sink: Child; child: Child }>();
  try {
    for (const { name, imports, args } of variants) {
      const sink = new Child('sink', [program('sink')]);
      const { url } = await sink.message<Ready>('ready');
      const child = new Child(
        `${protocol}, ${name}`,
        [...imports, program('remote-calls'), protocol, ...args],
        {
          cwd: new URL('.', import.meta.url).pathname,
          // The same headers for both: those that stock sends.
          env: {
            ...sendingTo(url, DELAY_MILLIS),
            OTEL_PROPAGATORS: 'tracecontext,baggage',
            GRPC_PORT: String(await freePort()),
          },
        },
      );
      running.set(name, { sink, child });
      await child.message('ready');
      await child.ask<Calls>('calls', { count: WARMUP_CALLS });
    }
    const samples: Map<string, Sample>[] = [];
    for (let turn = 0; turn < turns; turn++) {
      const sample = new Map<string, Sample>();
      for (const [name, { sink, child }] of shuffled([...running])) {
        const before = (await sink.ask<Spans>('spans')).spans;
        const { micros } = await child.ask<Calls>('calls', { count: CALLS });
        const { spans } = await sink.ask<Spans>('spans');
        sample.set(name, { micros, spans: (spans - before) / CALLS });
      }
      samples.push(sample);
    }
    return samples;
  } finally {
    for (const { sink, child } of running.values()) {
      await child.stop();
      await sink.stop();
    }
  }
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port');
  return address.port;
};
