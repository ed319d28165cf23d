import { Child, type Message, answeringUsage, program } from './child.js';
import { sendRequests } from './load.js';
import { median, shuffled } from './statistics.js';
import { format, printTable } from './table.js';

interface Ready extends Message {
  type: 'ready';
  url: string;
  cpuMicros: number;
  upMillis: number;
}

interface Variant {
  name: string;
  imports?: readonly string[];
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

const library = ['--import', '@lantern/observability/register'];
const stock = ['--import', new URL('./stock.js', import.meta.url).href];

const variantsOf = (framework: string): Variant[] => [
  { name: 'bare' },
  { name: 'stock http', imports: stock, env: { STOCK: 'http' } },
  ...(framework === 'express'
    ? [{ name: 'stock http + express', imports: stock, env: { STOCK: 'express' } }]
    : []),
  { name: 'library, 100 %', imports: library, args: ['library'] },
  {
    name: 'library, 1 %',
    imports: library,
    args: ['library'],
    env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' },
  },
];

/** Long enough for every span to be on its way, in milliseconds. */
const delayMillis = 300;

interface Sample {
  cpuMicros: number;
  spans: number;
}

export interface HttpOptions {
  rounds: number;
  requests: number;
  warmup: number;
  profile: string | undefined;
  only: string | undefined;
}

/** CPU that each variant adds to a request, in microseconds, by its name. */
export type AddedCpu = ReadonlyMap<string, number>;

/** Measures `GET /users/:id` on one framework: in each round each variant, started anew, in random order. */
export async function measureHttp(framework: string, options: HttpOptions): Promise<AddedCpu> {
  const variants = variantsOf(framework).filter(
    ({ name }) => options.only === undefined || new RegExp(options.only).test(name),
  );
  const samples = new Map<string, Sample[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const variant of shuffled(variants)) {
      samples.get(variant.name)?.push(await measure(framework, variant, options));
    }
  }
  const bare = samples.get('bare') ?? [];
  const added = new Map<string, number>();
  const rows = variants.map(({ name }) => {
    const own = samples.get(name) ?? [];
    const differences = own.map((sample, round) => sample.cpuMicros - (bare[round]?.cpuMicros ?? NaN));
    added.set(name, median(differences));
    return [
      name,
      format(median(own.map(({ cpuMicros }) => cpuMicros))),
      name === 'bare' ? '' : format(median(differences)),
      name === 'bare' ? '' : `${format(Math.min(...differences))} to ${format(Math.max(...differences))}`,
      format(median(own.map(({ spans }) => spans))),
    ];
  });
  printTable(
    `CPU of one request, microseconds: GET /users/:id on ${framework}, median of ${options.rounds} rounds of ${options.requests} requests`,
    ['variant', 'CPU', 'added to bare', 'lowest to highest', 'spans'],
    rows,
  );
  return added;
}

async function measure(framework: string, variant: Variant, options: HttpOptions): Promise<Sample> {
  const sink = new Child('sink', [program('sink')]);
  const { url: endpoint } = await sink.message<Ready>('ready');
  const profiling =
    options.profile === undefined
      ? []
      : [
          '--cpu-prof',
          '--cpu-prof-interval=200',
          `--cpu-prof-dir=${options.profile}/${framework}-${variant.name.replace(/\W+/g, '-')}`,
        ];
  const server = new Child(
    `${framework}, ${variant.name}`,
    [
      ...profiling,
      ...answeringUsage,
      ...(variant.imports ?? []),
      program('app'),
      framework,
      ...(variant.args ?? []),
    ],
    {
      env: {
        OTEL_SERVICE_NAME: 'bench',
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_BSP_SCHEDULE_DELAY: String(delayMillis),
        OTEL_BSP_MAX_QUEUE_SIZE: '8192',
        ...variant.env,
      },
      cwd: new URL('.', import.meta.url).pathname,
    },
  );
  try {
    const { url } = await server.message<Ready>('ready');
    const request = { path: '/users/42' };
    await sendRequests(url, request, options.warmup);
    await settled();
    const spansBefore = await countSpans(sink);
    const before = await server.cpuMicros();
    await sendRequests(url, request, options.requests);
    await settled();
    const cpuMicros = (await server.cpuMicros()) - before;
    const spans = (await countSpans(sink)) - spansBefore;
    return { cpuMicros: cpuMicros / options.requests, spans: spans / options.requests };
  } finally {
    await server.stop();
    await sink.stop();
  }
}

/** The last batch is sent after its delay, and belongs to the requests. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMillis + 200));

const countSpans = async (sink: Child): Promise<number> =>
  (await sink.ask<Message & { type: 'spans'; spans: number }>('spans')).spans;
