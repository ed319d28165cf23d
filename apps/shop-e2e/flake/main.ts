// Reliability and speed of the trace tests: `nx flake-test @lantern/shop-e2e [-- --runs 1000]`. Prints a table.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { TemporarySystem, type SystemUrls } from '@lantern/launcher';
import { createTraceTesting, type TraceTesting, type TestTrace } from '@lantern/trace-testing';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' } } });

/** Runs of each worker. */
const RUNS = Number(values.runs);
const WORKERS = 8;
const IDLE_RUNS = 100;
const WAITERS = 1_000;
const WAIT_SECONDS = 10;

/** Clock ticks per second of `/proc`, the same on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

const SHAPE_SPANS = 10;

const order = async (gateway: string, headers: Readonly<Record<string, string>>): Promise<number> => {
  const response = await fetch(`${gateway}/orders`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: '1', product: 'laptop', quantity: 1 }),
  });
  await response.arrayBuffer();
  return performance.now();
};

/** Time, in milliseconds, from the end of a request until its trace was returned, and whether the trace was whole. */
const tracedOrder = async (testing: TraceTesting, urls: SystemUrls) => {
  const { result, trace } = await testing.traced('order', (headers) => order(urls.gateway, headers));
  return {
    millis: performance.now() - result,
    isWhole: trace.isComplete && trace.spans.length === SHAPE_SPANS,
  };
};

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

const idleLatency = async (testing: TraceTesting, urls: SystemUrls): Promise<string> => {
  const times: number[] = [];
  for (let run = 0; run < IDLE_RUNS; run++) times.push((await tracedOrder(testing, urls)).millis);
  times.sort((a, b) => a - b);
  return `p50 ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`;
};

const flakes = async (testing: TraceTesting, urls: SystemUrls): Promise<string> => {
  let flaky = 0;
  const worker = async (): Promise<void> => {
    for (let run = 0; run < RUNS; run++) if (!(await tracedOrder(testing, urls)).isWhole) flaky++;
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return `${flaky} of ${(RUNS * WORKERS).toLocaleString('en')}`;
};

interface Sender {
  /** The span of the caller, and its call of the service `stock` at `stock:80`. */
  call(headers: Readonly<Record<string, string>>, traceId: string): Promise<void>;
  /** The span of the called service. */
  answer(traceId: string): Promise<void>;
}

const senderTo = (otlp: string): Sender => {
  const send = async (service: string, spans: readonly object[]): Promise<void> => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const times = { startTimeUnixNano: String(now - 1_000_000n), endTimeUnixNano: String(now) };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
    const scopeSpans = [{ spans: spans.map((span) => ({ ...times, ...span })) }];
    const response = await fetch(`${otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }),
    });
    if (!response.ok) throw new Error(`The spans were rejected: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  };
  const [root, client, server] = ['00000000000000a1', '00000000000000a2', '00000000000000a3'];
  const attributes = [
    { key: 'server.address', value: { stringValue: 'stock' } },
    { key: 'server.port', value: { intValue: '80' } },
  ];
  return {
    call: (headers, traceId) =>
      send('shelf', [
        { traceId, spanId: root, parentSpanId: headers['x-b3-spanid'], name: 'GET /shelf', kind: 2 },
        { traceId, spanId: client, parentSpanId: root, name: 'GET', kind: 3, attributes },
      ]),
    answer: (traceId) =>
      send('stock', [{ traceId, spanId: server, parentSpanId: client, name: 'GET /stock', kind: 2 }]),
  };
};

/** A service whose exporter was killed, after it has answered once. */
const lostSpan = async (testing: TraceTesting, { otlp }: SystemUrls): Promise<string> => {
  const sender = senderTo(otlp);
  const trace = async (isLost: boolean): Promise<TestTrace> => {
    const options = isLost ? { timeoutMillis: 1_000 } : {};
    const outcome = await testing.traced(
      'shelf',
      async (headers, traceId) => {
        await sender.call(headers, traceId);
        if (!isLost) await sender.answer(traceId);
      },
      options,
    );
    return outcome.trace;
  };
  await trace(false);
  const { isComplete, reasons } = await trace(true);
  return isComplete ? 'passed as complete' : `reported: ${reasons.join(' ')}`;
};

const LATE_MILLIS = 3_000;

const lateSpan = async (testing: TraceTesting, { otlp }: SystemUrls): Promise<string> => {
  const sender = senderTo(otlp);
  let sent: Promise<void> = Promise.resolve();
  const { trace } = await testing.traced('shelf', async (headers, traceId) => {
    await sender.call(headers, traceId);
    sent = new Promise((resolve) => setTimeout(resolve, LATE_MILLIS)).then(() => sender.answer(traceId));
  });
  await sent;
  return trace.isComplete && trace.spans.length === 3 ? 'waited for' : `${trace.spans.length} of 3 spans`;
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
  await tracedOrder(testing, urls);
  const rows = [
    [`end of the request until the trace is returned, ${IDLE_RUNS} orders`, await idleLatency(testing, urls)],
    ['a lost span of a known service', await lostSpan(testing, urls)],
    [`a span that arrives ${LATE_MILLIS / 1_000} s late`, await lateSpan(testing, urls)],
    [`${WAITERS.toLocaleString('en')} waiting requests, nothing arrives`, await waitingCost(running)],
    [`flakes of ${WORKERS} parallel workers`, await flakes(testing, urls)],
  ];
  const table = ['| figure | result |', '| --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join(
    '\n',
  );
  const today = new Date().toISOString().slice(0, 10);
  process.stdout.write(`\n${today}, ${availableParallelism()} cores\n\n${table}\n`);
} finally {
  await running.stop();
}
