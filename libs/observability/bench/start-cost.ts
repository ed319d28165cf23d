import { Child, type Message, program } from './child.js';
import { median, shuffled } from './statistics.js';
import { format, printTable } from './table.js';

interface Ready extends Message {
  type: 'ready';
  cpuMicros: number;
  upMillis: number;
}

const variants = [
  { name: 'bare', args: [], imports: [], env: {} },
  {
    name: 'stock http',
    args: [],
    imports: ['--import', new URL('./stock.js', import.meta.url).href],
    env: { STOCK: 'http', OTEL_BSP_SCHEDULE_DELAY: '300' },
  },
  { name: 'library', args: ['library'], imports: ['--import', '@lantern/observability/register'], env: {} },
] as const;

/** Measures the CPU, in milliseconds, that the library adds until a Nest application on Fastify listens. */
export const measureStart = async (rounds: number): Promise<number> => {
  const samples = new Map<string, { cpu: number; wall: number }[]>(variants.map(({ name }) => [name, []]));
  // The first round fills the file system's cache.
  for (let round = -1; round < rounds; round++) {
    for (const { name, args, imports, env } of shuffled(variants)) {
      const child = new Child(`start, ${name}`, [...imports, program('app'), 'fastify', ...args], {
        cwd: new URL('.', import.meta.url).pathname,
        env: { OTEL_SERVICE_NAME: 'bench', ...env },
      });
      const { cpuMicros, upMillis } = await child.message<Ready>('ready');
      await child.stop();
      if (round >= 0) samples.get(name)?.push({ cpu: cpuMicros / 1000, wall: upMillis });
    }
  }
  const bare = samples.get('bare') ?? [];
  const added = (name: string, of: 'cpu' | 'wall'): number =>
    median((samples.get(name) ?? []).map((sample, round) => sample[of] - (bare[round]?.[of] ?? NaN)));
  printTable(
    `From the start of the process until the application listens, milliseconds, median of ${rounds} rounds`,
    ['variant', 'CPU', 'added CPU', 'wall time', 'added'],
    variants.map(({ name }) => {
      const own = samples.get(name) ?? [];
      const difference = (of: 'cpu' | 'wall'): string => (name === 'bare' ? '' : format(added(name, of)));
      return [
        name,
        format(median(own.map(({ cpu }) => cpu))),
        difference('cpu'),
        format(median(own.map(({ wall }) => wall))),
        difference('wall'),
      ];
    }),
  );
  return added('library', 'cpu');
};
