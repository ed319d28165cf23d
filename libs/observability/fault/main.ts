// `nx fault-test observability`: the way of log lines through a minute without its backend, an overflow and the end of the
// process, against a real Lantern, by Loki's push and by OTLP. Takes about four minutes; prints a table, fails when a line
// of it is not as promised.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Backend } from './backend.js';
import { Program, endAll } from './program.js';

const { values: options } = parseArgs({
  options: {
    ways: { type: 'string', default: 'loki,otlp' },
    /** How long the backend is away under load. */
    'away-seconds': { type: 'string', default: '60' },
    'requests-a-second': { type: 'string', default: '100' },
  },
});

const service = fileURLToPath(new URL('./service.js', import.meta.url));
const register = fileURLToPath(new URL('../../dist/register.js', import.meta.url));

/** Limit of the line queue; see line-delivery.ts. */
const QUEUE_LINES = 20_000;

const MB = 1024 * 1024;

interface Check {
  what: string;
  measured: string;
  holds: boolean;
}

const checks: Check[] = [];
const check = (what: string, measured: string | number, holds: boolean): void => {
  checks.push({ what, measured: String(measured), holds });
  process.stdout.write(`${holds ? 'ok    ' : 'FAILED'} ${what}: ${measured}\n`);
};

const until = async <T>(what: string, ask: () => Promise<T | undefined>, seconds = 60): Promise<T> => {
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(200);
  }
  throw new Error(`Waited ${seconds} s for ${what}`);
};

/** Requests at a steady rate, however long each takes; how long they took, in milliseconds. */
const load = async (url: string, seconds: number): Promise<{ latencies: number[]; last: number }> => {
  const latencies: number[] = [];
  let last = 0;
  const pending = new Set<Promise<void>>();
  const perSecond = Number(options['requests-a-second']);
  const begun = performance.now();
  for (let sent = 0; sent < seconds * perSecond; sent++) {
    const due = begun + (sent * 1000) / perSecond - performance.now();
    if (due > 0) await pause(due);
    const started = performance.now();
    const request = fetch(`${url}/work`)
      .then((response) => response.json() as Promise<{ number: number }>)
      .then(({ number }) => {
        latencies.push(performance.now() - started);
        last = Math.max(last, number);
      });
    pending.add(request);
    void request.finally(() => pending.delete(request));
  }
  await Promise.all(pending);
  return { latencies, last };
};

const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? NaN;

const isAscending = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Microseconds of the service since its start. */
const cpu = async (program: Program): Promise<number> => {
  const { user, system } = await program.ask<NodeJS.CpuUsage>('cpu');
  return user + system;
};

const memory = async (program: Program): Promise<number> => {
  return (await program.ask<{ heapUsed: number }>('memory')).heapUsed;
};

const dropped = async (url: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith('telemetry_log_lines_dropped_total'));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

const told = (program: Program, text: string): number =>
  program.reports.filter((report) => report.includes(text)).length;

const faults = async (way: string, folder: string): Promise<void> => {
  process.stdout.write(`\n${way === 'otlp' ? 'By OTLP' : 'To Loki'}\n`);
  const name = `faults-${way}`;
  const backend = await Backend.create(join(folder, way));
  await backend.start();
  const target = way === 'otlp' ? `http://127.0.0.1:${backend.otlpPort}` : 'Loki';
  const program = new Program('the service', ['--expose-gc', '--import', register, service], {
    env: {
      OTEL_SERVICE_NAME: name,
      OTEL_TRACES_EXPORTER: 'none',
      ...(way === 'otlp'
        ? { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: target }
        : { LOKI_URL: `http://127.0.0.1:${backend.lokiPort}` }),
    },
  });
  const { url } = await program.message<{ url: string }>('ready');

  // A minute without the backend, under a load whose lines fit into the queue.
  await load(url, 3);
  const cpuBefore = await cpu(program);
  const up = await load(url, 10);
  await until('the lines before the outage', async () =>
    (await backend.numbers(name)).at(-1) === up.last ? true : undefined,
  );
  const cpuAfterUp = await cpu(program);
  const heapBefore = await memory(program);
  await backend.kill();
  const down = await load(url, Number(options['away-seconds']));
  const cpuAfterDown = await cpu(program);
  const heapDown = await memory(program);
  await backend.start();
  const kept = range(up.last + 1, down.last);
  const numbers = await until('the lines of the outage', async () => {
    const found = (await backend.numbers(name)).filter((number) => number > up.last);
    return found.length >= kept.length && told(program, `${target} is back`) > 0 ? found : undefined;
  });
  check(
    `${kept.length} lines written while it was away arrive`,
    numbers.length,
    numbers.length === kept.length,
  );
  check('… once and in order', isAscending(numbers) ? 'yes' : 'no', isAscending(numbers));
  check('lines dropped', await dropped(url), (await dropped(url)) === 0);
  check(
    'said that it is away',
    told(program, `${target} cannot be reached`),
    told(program, `${target} cannot be reached`) === 1,
  );
  check(
    'said that it is back',
    told(program, `${target} is back; no log lines`),
    told(program, `${target} is back; no log lines`) === 1,
  );
  const times = [up, down].map(({ latencies }) =>
    [0.1, 0.5, 0.99].map((q) => quantile(latencies, q).toFixed(1)).join('/'),
  );
  // Other load only adds to a time, and least to the shortest. A request that waits for a backend would take seconds.
  const [fastUp, fastDown] = [quantile(up.latencies, 0.1), quantile(down.latencies, 0.1)];
  check(
    'a request takes, p10/p50/p99, backend up and down',
    `${times.join(' and ')} ms`,
    fastDown < fastUp * 1.5 + 1,
  );
  const [cpuUp, cpuDown] = [cpuAfterUp - cpuBefore, cpuAfterDown - cpuAfterUp].map(
    (cpu, at) => cpu / 1000 / ([up, down][at]?.latencies.length ?? NaN),
  ) as [number, number];
  check(
    'a request costs the service, backend up and down',
    `${cpuUp.toFixed(2)} and ${cpuDown.toFixed(2)} ms of CPU`,
    cpuDown < cpuUp * 1.3,
  );
  const grown = (heapDown - heapBefore) / MB;
  check('heap for the queue of the outage', `${grown.toFixed(1)} MB`, grown < 40);

  // More lines than the queue holds: the oldest are dropped, memory stays limited, the reported loss is the actual loss.
  const heapAfter = await until('the memory to be given back', async () => {
    const heap = await memory(program);
    return heap - heapBefore < 8 * MB ? heap : undefined;
  });
  check('heap after the outage', `${((heapAfter - heapBefore) / MB).toFixed(1)} MB more`, true);
  await backend.kill();
  const burst = async (lines: number): Promise<number> =>
    ((await (await fetch(`${url}/burst?lines=${lines}`)).json()) as { number: number }).number;
  await burst(QUEUE_LINES * 2);
  const heapFull = await memory(program);
  const last = await burst(QUEUE_LINES * 3);
  const heapStill = await memory(program);
  check(
    'heap with a full queue, while three times as much goes through',
    `${((heapStill - heapFull) / MB).toFixed(1)} MB more`,
    heapStill - heapFull < 4 * MB,
  );
  await backend.start();
  const newest = await until('the newest lines', async () => {
    const found = (await backend.numbers(name)).filter((number) => number > down.last);
    return found.at(-1) === last && told(program, `${target} is back`) > 1 ? found : undefined;
  });
  const missing = last - down.last - newest.length;
  const isNewest = newest.every((number, index) => number === last - newest.length + 1 + index);
  check(
    `of ${last - down.last} lines the newest arrive, in order`,
    newest.length,
    isNewest && newest.length > QUEUE_LINES * 0.4,
  );
  // Access lines and reports are dropped with the others.
  const lost = await dropped(url);
  check(`lines dropped, of which numbered ${missing}`, lost, lost >= missing && lost - missing < 20);
  check(
    '… as said when it is back',
    told(program, `${target} is back; ${lost} log lines were dropped`),
    told(program, `${target} is back; ${lost} log lines were dropped`) === 1,
  );

  // The end with a full queue and a backend that hangs.
  await backend.kill();
  const hanging = createServer(() => undefined).listen(
    way === 'otlp' ? backend.otlpPort : backend.lokiPort,
    '127.0.0.1',
  );
  await burst(QUEUE_LINES);
  const { code, signal, millis } = await program.end('SIGTERM');
  hanging.closeAllConnections();
  hanging.close();
  check(
    'SIGTERM with a full queue and a backend that hangs ends by itself after',
    `${(millis / 1000).toFixed(1)} s, ${signal ?? code}`,
    millis < 8000 && (signal === 'SIGTERM' || code === 0),
  );
  const left = /(\d+) log lines were not sent to \S+ before the end/.exec(program.reports.at(-1) ?? '')?.[1];
  check('… and says how many lines were left', left ?? 'nothing', Number(left) >= QUEUE_LINES * 0.4);
};

const folder = mkdtempSync(join(tmpdir(), 'log-faults-'));
try {
  for (const way of options.ways.split(',')) await faults(way, folder);
} finally {
  endAll();
  rmSync(folder, { recursive: true, force: true });
}
const failed = checks.filter(({ holds }) => !holds).length;
process.stdout.write(`\n${checks.length - failed} of ${checks.length} as promised\n`);
process.exitCode = failed === 0 ? 0 : 1;
