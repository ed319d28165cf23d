// The calls of a driver that are measured: `node driver-calls.js pg|mysql2|ioredis|bullmq`, below the preload of a variant.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { context, trace } from '@opentelemetry/api';
import type * as Ioredis from 'ioredis';
import type * as Mysql2 from 'mysql2/promise';
import type * as Pg from 'pg';

type Driver = (url: string) => Promise<(count: number) => Promise<void>>;

// Stock instrumentations act on what is required; the library finds either.
const load = createRequire(import.meta.url);

/** Makes calls one after another. Calls at the same time share writes to the socket by chance, which costs more than a span. */
const calls =
  (call: () => Promise<unknown>) =>
  async (count: number): Promise<void> => {
    for (let left = count; left > 0; left--) await call();
  };

const drivers: Record<string, Driver> = {
  pg: async (connectionString) => {
    const { Pool } = load('pg') as typeof Pg;
    const pool = new Pool({ connectionString, max: 1 });
    return calls(() => pool.query('SELECT oid, datname FROM pg_database WHERE oid = $1', [1]));
  },
  mysql2: async (uri) => {
    const { createPool } = load('mysql2/promise') as typeof Mysql2;
    const pool = createPool({ uri, connectionLimit: 1 });
    return calls(() =>
      pool.execute('SELECT user, host FROM information_schema.processlist WHERE id = ?', [1]),
    );
  },
  ioredis: async (url) => {
    const { Redis } = load('ioredis') as typeof Ioredis;
    const redis = new Redis(url);
    await once(redis, 'ready');
    return calls(() => redis.get('user:42'));
  },
  bullmq: async (url) => {
    const { Queue, Worker, QueueEvents } = await import('bullmq');
    const { hostname: host, port } = new URL(url);
    const connection = { host, port: Number(port) };
    const name = `jobs-${process.pid}`;
    const options = { connection, ...(await telemetry()) };
    let done: (() => void) | undefined;
    let left = 0;
    const worker = new Worker(name, async () => Promise.resolve(), options);
    worker.on('completed', () => {
      if (--left === 0) done?.();
    });
    const queue = new Queue(name, { ...options, defaultJobOptions: { removeOnComplete: true } });
    await new QueueEvents(name, { connection }).waitUntilReady();
    return async (count) => {
      left = count;
      const finished = new Promise<void>((resolve) => (done = resolve));
      await calls(() => queue.add('job', {}))(count);
      await finished;
    };
  },
};

/** Telemetry of BullMQ in the variant. */
const telemetry = async () => {
  switch (process.env.BULLMQ_TELEMETRY) {
    case 'library': {
      // eslint-disable-next-line no-restricted-syntax -- measured as an application has it, and only where it has it
      const { bullmqTelemetry } = await import('@lantern/observability');
      return { telemetry: bullmqTelemetry() };
    }
    case 'stock': {
      const { BullMQOtel } = await import('bullmq-otel');
      return { telemetry: new BullMQOtel({ tracerName: 'bench' }) };
    }
    default:
      return {};
  }
};

const driver = drivers[process.argv[2] ?? ''];
if (!driver) throw new Error('Name a driver');
const run = await driver(process.env.SERVER_URL ?? '');

/** CPU of one call in microseconds, that of sending its spans included. */
const measure = async (count: number): Promise<number> => {
  const before = process.cpuUsage();
  const request = trace.getTracer('bench').startSpan('request');
  await context.with(trace.setSpan(context.active(), request), () => run(count));
  request.end();
  // The last batch is sent after its delay, and belongs to the calls.
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.OTEL_BSP_SCHEDULE_DELAY ?? 0) + 100));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
};

process.on('message', ({ type, count }: { type: string; count: number }) => {
  if (type === 'calls') void measure(count).then((micros) => process.send?.({ type: 'calls', micros }));
});
process.send?.({ type: 'ready' });
process.once('disconnect', () => process.exit());
