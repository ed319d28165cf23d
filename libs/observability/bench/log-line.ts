// `nx bench:logs observability`: cost of a log line for the service that writes it.
//
// Each variant is a process of its own, which writes the same line inside a traced request at 15,000 lines a second:
// winston with its own formats, and the library with each way out, its backend up and down. The CPU is the process' own,
// everything in it counted: formatting, stdout, queue, requests. The backend is another process. Rounds in random order.
import { parseArgs } from 'node:util';
import { Child, type Message, program } from './child.js';
import { median, shuffled } from './statistics.js';
import { format, printTable, verdict } from './table.js';

interface Ready extends Message {
  type: 'ready';
  url: string;
}

interface Ran extends Message {
  type: 'ran';
  cpuMicros: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    lines: { type: 'string', default: '20000' },
    warmups: { type: 'string', default: '2' },
    profile: { type: 'string' },
  },
});

const lines = Number(values.lines);

/** Port without a listener: connections to it are refused at once. */
const NOWHERE = 'http://127.0.0.1:9';

const WINSTON = 'winston alone';
const GOAL = 15;

const peer = new Child('the peer', [program('log-peer')]);
const { url } = await peer.message<Ready>('ready');
const variants: Record<string, NodeJS.ProcessEnv> = {
  [WINSTON]: {},
  'stdout alone': {},
  'Loki up': { LOKI_URL: url },
  'Loki down': { LOKI_URL: NOWHERE },
  'OTLP up': { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: url },
  'OTLP down': { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: NOWHERE },
};

const writers = new Map<string, Child>();
const samples = new Map<string, number[]>();
try {
  for (const [name, env] of Object.entries(variants)) {
    const profiled = values.profile === name ? ['--cpu-prof', '--cpu-prof-dir', 'profiles'] : [];
    const writer = new Child(
      name,
      [...profiled, program('log-writer'), name === WINSTON ? 'winston' : 'library', values.lines],
      { env: { OTEL_SERVICE_NAME: 'order-service', LOG_LEVEL: 'info', ...env } },
    );
    await writer.message<Ready>('ready');
    writers.set(name, writer);
    samples.set(name, []);
    for (let warmup = 0; warmup < Number(values.warmups); warmup++) await writer.ask<Ran>('ran');
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, writer] of shuffled([...writers])) {
      const { cpuMicros } = await writer.ask<Ran>('ran');
      samples.get(name)?.push(cpuMicros / lines);
    }
  }
} finally {
  await Promise.all([...writers.values(), peer].map((child) => child.stop()));
}

const cost = (name: string): number => median(samples.get(name) ?? []);
printTable(
  `A log line: CPU in µs, median of ${values.rounds} rounds of ${values.lines} lines`,
  ['variant', 'in all', 'beyond winston alone'],
  [...samples.keys()].map((name) => [name, format(cost(name)), format(cost(name) - cost(WINSTON))]),
);
printTable(
  'Goals',
  ['figure', 'measured', 'must be', ''],
  ['Loki up', 'Loki down', 'OTLP up', 'OTLP down'].map((name) => [
    `a line beyond winston's own formatting, ${name}`,
    ...verdict(cost(name) - cost(WINSTON), GOAL, 'at most', ' µs'),
  ]),
);
