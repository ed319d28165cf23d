import { Child, type Message, answeringUsage, program } from './child.js';
import {
  type Variant,
  bare,
  libraryAtFull,
  sendingTo,
  stockApplication,
  stockWithExpress,
  traced,
  withAccessLine,
  withInterceptor,
} from './http-variants.js';
import { sendRequests } from './load.js';
import { median, shuffled } from './statistics.js';
import { format, printTable } from './table.js';

interface Ready extends Message {
  type: 'ready';
  url: string;
  cpuMicros: number;
  upMillis: number;
}

/** Long enough for every span to be on its way, in milliseconds. */
const DELAY_MILLIS = 300;

export interface HttpOptions {
  rounds: number;
  /** Requests to each variant in each round, divided into `blocks` blocks. */
  requests: number;
  blocks: number;
  warmup: number;
  profile: string | undefined;
  only: string | undefined;
}

/** Application that is measured, and the request to it. */
interface Target {
  name: string;
  program: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  path: string;
}

/** CPU that each variant adds to a request, in microseconds, by its name: of each round. */
export type AddedCpu = ReadonlyMap<string, readonly number[]>;

/**
 * Measures `GET /users/:id` on one framework. Each round starts a new process for every variant. The variants
 * then take turns, in random order, with a short block of requests each, so that other load affects all of them alike.
 */
export const measureHttp = (framework: string, options: HttpOptions): Promise<AddedCpu> => {
  const variants = [
    bare,
    ...traced,
    withAccessLine,
    withInterceptor,
    ...(framework === 'express' ? [stockWithExpress] : []),
  ];
  return measure(
    { name: `GET /users/:id on ${framework}`, program: 'app', args: [framework], env: {}, path: '/users/42' },
    variants,
    options,
  );
};

/** Measures `GET /orders/:id` on Express, with a command of ioredis and a statement of TypeORM, beside real servers. */
export const measureOrders = (
  servers: { DATABASE_URL: string; REDIS_URL: string },
  options: HttpOptions,
): Promise<AddedCpu> =>
  measure(
    {
      name: 'GET /orders/:id with TypeORM, pg and ioredis',
      program: 'orders-app',
      args: [],
      env: servers,
      path: '/orders/1',
    },
    [bare, stockApplication, libraryAtFull],
    options,
  );

const measure = async (target: Target, all: readonly Variant[], options: HttpOptions): Promise<AddedCpu> => {
  const variants = all.filter(
    ({ name }) => options.only === undefined || new RegExp(options.only).test(name),
  );
  const figures = new Map<string, Round[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, figure] of await measureRound(target, variants, options)) {
      figures.get(name)?.push(figure);
    }
  }
  const rows = [...figures].map(([name, rounds]) => {
    const added = rounds.map((round) => round.added);
    return [
      name,
      format(median(rounds.map(({ cpu }) => cpu))),
      name === 'bare' ? '' : format(median(added)),
      name === 'bare' ? '' : `${format(Math.min(...added))} to ${format(Math.max(...added))}`,
      format(median(rounds.map(({ spans }) => spans))),
    ];
  });
  printTable(
    `CPU of one request, microseconds: ${target.name}, median of ${options.rounds} rounds of ${options.requests} requests`,
    ['variant', 'CPU', 'added to bare', 'lowest to highest', 'spans'],
    rows,
  );
  return new Map([...figures].map(([name, rounds]) => [name, rounds.map(({ added }) => added)]));
};

/** Medians of one round, per request; CPU in microseconds. */
interface Round {
  cpu: number;
  /** CPU beyond that of the bare variant in the same turn. */
  added: number;
  spans: number;
}

const measureRound = async (
  target: Target,
  variants: readonly Variant[],
  options: HttpOptions,
): Promise<Map<string, Round>> => {
  const running = new Map<string, RunningVariant>();
  try {
    for (const variant of variants) {
      const started = await RunningVariant.start(target, variant, options.profile);
      running.set(variant.name, started);
      await started.serve(options.warmup);
    }
    const turns: Map<string, Sample>[] = [];
    for (let block = 0; block < options.blocks; block++) {
      const turn = new Map<string, Sample>();
      for (const { name } of shuffled(variants)) {
        const sample = await running.get(name)?.serve(Math.ceil(options.requests / options.blocks));
        if (sample) turn.set(name, sample);
      }
      turns.push(turn);
    }
    const over = (of: (turn: Map<string, Sample>) => number | undefined): number =>
      median(turns.map((turn) => of(turn) ?? NaN));
    return new Map(
      variants.map(({ name }) => [
        name,
        {
          cpu: over((turn) => turn.get(name)?.cpu),
          added: over((turn) => (turn.get(name)?.cpu ?? NaN) - (turn.get('bare')?.cpu ?? NaN)),
          spans: over((turn) => turn.get(name)?.spans),
        },
      ]),
    );
  } finally {
    for (const each of running.values()) await each.stop();
  }
};

interface Sample {
  cpu: number;
  spans: number;
}

/** Server process of a variant, and the sink that receives its spans. */
class RunningVariant {
  private constructor(
    private readonly sink: Child,
    private readonly server: Child,
    private readonly url: string,
    private readonly path: string,
  ) {}

  static async start(target: Target, variant: Variant, profile: string | undefined): Promise<RunningVariant> {
    const sink = new Child('sink', [program('sink')]);
    const { url: endpoint } = await sink.message<Ready>('ready');
    const server = new Child(
      `${target.name}, ${variant.name}`,
      [
        ...(profile === undefined ? [] : profiling(`${profile}/${target.name}-${variant.name}`)),
        ...answeringUsage,
        ...variant.imports,
        program(target.program),
        ...target.args,
        ...variant.args,
      ],
      {
        env: { ...sendingTo(endpoint, DELAY_MILLIS), ...target.env, ...variant.env },
        cwd: new URL('.', import.meta.url).pathname,
      },
    );
    const { url } = await server.message<Ready>('ready');
    return new RunningVariant(sink, server, url, target.path);
  }

  /** Returns the CPU, in microseconds, and the spans per request, including the last batch of spans. */
  async serve(requests: number): Promise<Sample> {
    const spansBefore = await this.countSpans();
    const before = await this.server.cpuMicros();
    await sendRequests(this.url, { path: this.path }, requests);
    // The last batch is sent after its delay, and belongs to the requests.
    await new Promise((resolve) => setTimeout(resolve, DELAY_MILLIS + 200));
    const cpu = (await this.server.cpuMicros()) - before;
    const spans = (await this.countSpans()) - spansBefore;
    return { cpu: cpu / requests, spans: spans / requests };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.sink.stop();
  }

  private async countSpans(): Promise<number> {
    return (await this.sink.ask<Message & { type: 'spans'; spans: number }>('spans')).spans;
  }
}

const profiling = (folder: string): string[] => [
  '--cpu-prof',
  '--cpu-prof-interval=200',
  `--cpu-prof-dir=${folder.replace(/[^\w/]+/g, '-')}`,
];
