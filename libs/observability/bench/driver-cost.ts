import { type RunningServer, type ServerName, withServers } from './servers.js';
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

const servers: Record<string, ServerName> = {
  pg: 'postgresql',
  mysql2: 'mariadb',
  ioredis: 'redis',
  bullmq: 'redis',
};

const DELAY_MILLIS = 100;
/** Few enough for the queue of spans. */
const CALLS = 2000;
const WARMUP_CALLS = 6000;

const variants = [
  { name: 'bare', imports: [], env: {} },
  {
    name: 'stock',
    imports: ['--import', new URL('./stock-drivers.js', import.meta.url).href],
    env: { BULLMQ_TELEMETRY: 'stock' },
  },
  {
    name: 'library',
    imports: ['--import', '@lantern/observability/register'],
    env: { BULLMQ_TELEMETRY: 'library' },
  },
] as const;

/**
 * Measures the CPU that tracing adds to a call of each driver, in microseconds, beside real servers. The variants are processes of
 * their own that take turns in random order. Returns an entry for each driver whose server is installed.
 */
export const measureDrivers = async (turns: number, only?: string): Promise<Map<string, AddedCpu>> => {
  const added = new Map<string, AddedCpu>();
  const rows: string[][] = [];
  for (const [driver, server] of Object.entries(servers)) {
    if (only !== undefined && !new RegExp(only).test(driver)) continue;
    const samples = await withServers([server], (running) => measureDriver(driver, running[server], turns));
    if (!samples) continue;
    const bare = samples.map((turn) => turn.get('bare')?.micros ?? NaN);
    const of = (name: string): number[] =>
      samples.map((turn, at) => (turn.get(name)?.micros ?? NaN) - (bare[at] ?? NaN));
    for (const name of ['stock', 'library']) {
      rows.push([
        `${driver}, ${name}`,
        format(median(bare)),
        format(median(of(name))),
        format(median(samples.map((turn) => turn.get(name)?.spans ?? NaN))),
      ]);
    }
    added.set(
      driver,
      new Map([
        ['stock', of('stock')],
        ['library', of('library')],
      ]),
    );
  }
  printTable(
    `CPU of one call, microseconds: its span encoded and sent, median of ${turns} turns of ${CALLS} calls`,
    ['driver', 'without', 'added', 'spans'],
    rows,
  );
  return added;
};

interface Sample {
  micros: number;
  spans: number;
}

const measureDriver = async (
  driver: string,
  server: RunningServer,
  turns: number,
): Promise<Map<string, Sample>[]> => {
  const running = new Map<string, { sink: Child; child: Child }>();
  try {
    for (const { name, imports, env } of variants) {
      const sink = new Child('sink', [program('sink')]);
      const { url } = await sink.message<Ready>('ready');
      const child = new Child(`${driver}, ${name}`, [...imports, program('driver-calls'), driver], {
        cwd: new URL('.', import.meta.url).pathname,
        env: { ...sendingTo(url, DELAY_MILLIS), SERVER_URL: server.url, ...env },
      });
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
        // The span around the calls is not one of them.
        sample.set(name, { micros, spans: Math.max(0, spans - before - 1) / CALLS });
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
