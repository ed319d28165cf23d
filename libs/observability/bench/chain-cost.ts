import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, type Message, answeringUsage, program } from './child.js';
import { sendRequests } from './load.js';
import { median, shuffled } from './statistics.js';
import { format, printTable } from './table.js';

interface Ready extends Message {
  type: 'ready';
  urls: { http: string };
}

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

/** The shop as it runs: three processes, each with its database and the address of the next one. */
class Shop {
  private constructor(
    readonly gateway: string,
    private readonly services: readonly Child[],
    private readonly folder: string,
  ) {}

  static async start(env: NodeJS.ProcessEnv): Promise<Shop> {
    const folder = await mkdtemp(join(tmpdir(), 'observability-bench-'));
    const services: Child[] = [];
    const start = async (name: string, more: NodeJS.ProcessEnv): Promise<string> => {
      const service = new Child(
        name,
        [...answeringUsage, '--import', '@lantern/observability/register', join('dist', 'main.js')],
        {
          cwd: join(workspace, 'apps', name),
          // Log lines are written as in production, into a pipe that is read.
          env: { OTEL_SERVICE_NAME: name, PORT: '0', DATA_DIR: join(folder, name), ...env, ...more },
        },
      );
      services.push(service);
      return (await service.message<Ready>('ready')).urls.http;
    };
    try {
      const users = await start('user-service', {});
      const orders = await start('order-service', { USER_SERVICE_URL: users });
      const gateway = await start('api-gateway', { USER_SERVICE_URL: users, ORDER_SERVICE_URL: orders });
      return new Shop(gateway, services, folder);
    } catch (error) {
      await Promise.all(services.map((service) => service.stop()));
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async cpuMicros(): Promise<number> {
    const each = await Promise.all(this.services.map((service) => service.cpuMicros()));
    return each.reduce((sum, one) => sum + one, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface ChainOptions {
  rounds: number;
  requests: number;
}

/** An order goes through the gateway and order-service, which asks user-service for its user. */
const order = {
  method: 'POST',
  path: '/orders',
  body: JSON.stringify({ user_id: '1', product: 'laptop', quantity: 1 }),
  status: 201,
};

/** Measures orders with every span sent against the same shop with `OTEL_SDK_DISABLED`; returns the ratio of throughputs. */
export const measureChain = async ({ rounds, requests }: ChainOptions): Promise<number> => {
  const sink = new Child('sink', [program('sink')]);
  const variants = { untraced: { OTEL_SDK_DISABLED: 'true' }, traced: {} };
  const samples: Record<keyof typeof variants, { perSecond: number; cpu: number }[]> = {
    untraced: [],
    traced: [],
  };
  try {
    const { url } = await sink.message<Message & { type: 'ready'; url: string }>('ready');
    for (let round = 0; round < rounds; round++) {
      for (const name of shuffled(Object.keys(variants) as (keyof typeof variants)[])) {
        const shop = await Shop.start({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...variants[name] });
        try {
          await sendRequests(shop.gateway, order, Math.ceil(requests / 2));
          const before = await shop.cpuMicros();
          const millis = await sendRequests(shop.gateway, order, requests);
          const cpu = ((await shop.cpuMicros()) - before) / requests;
          samples[name].push({ perSecond: (requests / millis) * 1000, cpu });
        } finally {
          await shop.stop();
        }
      }
    }
  } finally {
    await sink.stop();
  }
  const ratio = (of: 'perSecond' | 'cpu'): number =>
    median(samples.traced.map((sample, round) => sample[of] / (samples.untraced[round]?.[of] ?? NaN)));
  printTable(
    `The shop: POST /orders through three services, median of ${rounds} rounds of ${requests} requests`,
    ['spans', 'requests a second', 'CPU of an order, microseconds'],
    [
      ...(['untraced', 'traced'] as const).map((name) => [
        name,
        format(median(samples[name].map(({ perSecond }) => perSecond))),
        format(median(samples[name].map(({ cpu }) => cpu))),
      ]),
      ['traced / untraced', format(ratio('perSecond')), format(ratio('cpu'))],
    ],
  );
  return ratio('perSecond');
};
