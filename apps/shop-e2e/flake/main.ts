// Reliability and speed of the trace tests: `nx flake-test @lantern/shop-e2e [-- --runs 1000]`. Prints a table.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ManagedProcess, TemporarySystem, type SystemUrls } from '@lantern/launcher';
import { createTraceTesting, matchers, type TraceTesting } from '@lantern/trace-testing';
import { tracedOrder } from './order.js';
import type { WorkerReport } from './worker.js';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' } } });

/** Runs of each worker. */
const RUNS = Number(values.runs);
const WORKERS = 8;
const IDLE_RUNS = 100;
const WAITERS = 1_000;
const WAIT_SECONDS = 10;

/** Clock ticks per second of `/proc`, the same on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** Spans of an order through the gateway, and of one at order-service. */
const GATEWAY_SPANS = 10;
const ORDER_SPANS = 7;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

const idleLatency = async ({ traced }: TraceTesting, { gateway }: SystemUrls): Promise<string> => {
  const times: number[] = [];
  for (let run = 0; run < IDLE_RUNS; run++) times.push((await tracedOrder(traced, gateway)).millis);
  times.sort((a, b) => a - b);
  return `p50 ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`;
};

/** Variables of a worker, as `global-setup` and the operator set them. */
const workerEnv = (urls: SystemUrls) => ({
  ...process.env,
  LANTERN_URL: urls.jaeger,
  LOKI_QUERY_URL: urls.loki,
  LANTERN_INSTRUMENTED: [urls.userService, urls.orderService].join(','),
  GATEWAY_URL: urls.gateway,
  FLAKE_RUNS: String(RUNS),
  FLAKE_SPANS: String(GATEWAY_SPANS),
});

const runWorker = async (urls: SystemUrls): Promise<WorkerReport> => {
  const worker = fork(here('worker.ts'), { env: workerEnv(urls), execArgv: process.execArgv });
  const exited = once(worker, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const reported = once(worker, 'message') as Promise<[WorkerReport]>;
  // A worker that ends early sends no report.
  const [code, signal] = await exited;
  if (code !== 0) throw new Error(`A worker ended with ${signal ?? code}.`);
  const [report] = await reported;
  return report;
};

const flakes = async (urls: SystemUrls): Promise<string> => {
  const reports = await Promise.all(Array.from({ length: WORKERS }, () => runWorker(urls)));
  const found = reports.flatMap((report) => report.flakes);
  for (const flake of found.slice(0, 5)) process.stderr.write(`Not whole: ${flake}\n\n`);
  return `${found.length} of ${(RUNS * WORKERS).toLocaleString('en')}`;
};

/** Second order-service and user-service, the latter with an agent between its exporter and Lantern. */
class ServicesBehindAgent {
  private constructor(
    readonly agent: ManagedProcess,
    private readonly services: readonly ManagedProcess[],
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(urls: SystemUrls): Promise<ServicesBehindAgent> {
    const folder = mkdtempSync(join(tmpdir(), 'flake-test-'));
    const agent = new ManagedProcess({
      name: 'agent',
      args: [...process.execArgv, here('telemetry-agent.ts')],
      cwd: here('..'),
      env: { AGENT_TARGET: urls.otlp },
      logFile: join(folder, 'agent.log'),
    });
    const { http: agentUrl = '' } = await agent.ready;
    const service = (app: string, env: Readonly<Record<string, string>>): ManagedProcess =>
      new ManagedProcess({
        name: app,
        args: ['--import', '@lantern/observability/register', join('dist', 'main.js')],
        cwd: here(`../../${app}`),
        env: { PORT: '0', DATA_DIR: join(folder, app), LOKI_URL: urls.loki, ...env },
        logFile: join(folder, `${app}.log`),
      });
    const users = service('user-service', {
      OTEL_SERVICE_NAME: 'user-service-behind-agent',
      OTEL_EXPORTER_OTLP_ENDPOINT: agentUrl,
    });
    const { http: usersUrl = '' } = await users.ready;
    const orders = service('order-service', {
      OTEL_SERVICE_NAME: 'order-service-of-agent',
      OTEL_EXPORTER_OTLP_ENDPOINT: urls.otlp,
      USER_SERVICE_URL: usersUrl,
    });
    const { http: url = '' } = await orders.ready;
    return new ServicesBehindAgent(agent, [orders, users], folder, url);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.services, this.agent].map((process) => process.stop()));
    rmSync(this.folder, { recursive: true });
  }
}

const LATE_MILLIS = 3_000;

/** The agent pauses, so that the spans of the called service arrive late. */
const lateSpans = async ({ traced }: TraceTesting, { agent, url }: ServicesBehindAgent): Promise<string> => {
  agent.kill('SIGSTOP');
  const timer = setTimeout(() => agent.kill('SIGCONT'), LATE_MILLIS);
  try {
    const { trace, millis } = await tracedOrder(traced, url);
    const isWhole = trace.isComplete && trace.spans.length === ORDER_SPANS;
    return isWhole
      ? `waited for: all ${ORDER_SPANS} spans after ${(millis / 1_000).toFixed(1)} s`
      : `**not waited for**: ${trace.spans.length} of ${ORDER_SPANS} spans`;
  } finally {
    clearTimeout(timer);
    agent.kill('SIGCONT');
  }
};

const LOST_TIMEOUT_MILLIS = 2_000;

/** The agent is killed: the spans of the called service are lost. */
const lostSpans = async ({ traced }: TraceTesting, { agent, url }: ServicesBehindAgent): Promise<string> => {
  agent.kill('SIGKILL');
  await agent.exited;
  const { trace, millis } = await tracedOrder(traced, url, { timeoutMillis: LOST_TIMEOUT_MILLIS });
  // A matcher passes when its result is the opposite of what the negated assertion expects.
  const passes = !matchers.toHaveErrors.call({ isNot: true }, trace).pass;
  if (trace.isComplete || passes) return '**passed as complete**';
  return `inconclusive after ${(millis / 1_000).toFixed(1)} s: ${trace.reasons.join(' ')}`;
};

const cpuMillis = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The command may contain spaces and ends with the last parenthesis. utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000;
};

const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

/** CPU time of Lantern while requests wait and nothing arrives, and without them. */
const waitingCost = async ({ system }: TemporarySystem): Promise<string> => {
  const pid = system.lantern.pid ?? 0;
  const during = async (): Promise<number> => {
    const before = cpuMillis(pid);
    await pause(WAIT_SECONDS);
    return cpuMillis(pid) - before;
  };
  const idle = await during();
  const waits = Array.from({ length: WAITERS }, (_, n) => {
    const id = (n + 1).toString(16).padStart(32, 'a');
    const timeout = `${WAIT_SECONDS + 20}s`;
    return fetch(`${system.urls.jaeger}/api/v3/lantern/traces/${id}/wait?timeout=${timeout}`).then((answer) =>
      answer.text(),
    );
  });
  // The connections are made.
  await pause(5);
  const waiting = await during();
  await Promise.all(waits);
  return `${waiting} ms CPU in ${WAIT_SECONDS} s, ${idle} ms without them`;
};

const running = await TemporarySystem.start();
try {
  const { urls } = running.system;
  const testing = createTraceTesting({
    url: urls.jaeger,
    lokiUrl: urls.loki,
    instrumented: [urls.userService, urls.orderService],
  });
  await tracedOrder(testing.traced, urls.gateway);
  const rows = [
    [`end of the request until the trace is returned, ${IDLE_RUNS} orders`, await idleLatency(testing, urls)],
    [`${WAITERS.toLocaleString('en')} waiting requests, nothing arrives`, await waitingCost(running)],
  ];
  const services = await ServicesBehindAgent.start(urls);
  try {
    // The service at this address is known after its first answer, which this wait does not expect yet.
    await tracedOrder(testing.traced, services.url, { until: 'quiet', settleMillis: 1_000 });
    rows.push(
      [`the exporter's agent is stopped for ${LATE_MILLIS / 1_000} s`, await lateSpans(testing, services)],
      ["the exporter's agent is killed", await lostSpans(testing, services)],
    );
  } finally {
    await services.stop();
  }
  rows.push([`flakes of ${WORKERS} parallel worker processes`, await flakes(urls)]);
  const table = ['| figure | result |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)];
  const today = new Date().toISOString().slice(0, 10);
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  process.stdout.write(`\n${today}, ${machine}\n\n${table.join('\n')}\n`);
} finally {
  await running.stop();
}
