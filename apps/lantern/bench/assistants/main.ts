/**
 * `nx bench:assistants lantern`: the calls and characters with which a scripted client reaches the cause of ten faults by
 * the tools of `/mcp`, beside the characters of Jaeger's JSON. Each fault is one trace among ordinary orders.
 */
import { encodeTraceRequest } from '@lantern/otlp';
import { serviceNameOf } from '@lantern/telemetry-model';
import { DETECTION_KINDS, type DetectionKind } from '@lantern/trace-analysis';
import { Program, TUNED, nodeStable } from '@lantern/trace-analysis/testing';
import { TOOLS } from '../../src/assistant/tools.ts';
import { LanternClient } from '../../src/assistant/lantern-client.ts';
import { readConfig } from '../../src/config.ts';
import { startLantern, type Lantern } from '../../src/lantern.ts';

interface Fault {
  readonly program: string;
  readonly kind: DetectionKind;
  /** First request of the client. */
  readonly search: Readonly<Record<string, unknown>>;
  readonly question: 'why_slow' | 'why_failed' | 'describe_trace';
}

const SLOW = { order: 'longest' };
const FAILED = { query: 'status = error', order: 'mostErrors' };

const FAULTS: readonly Fault[] = [
  {
    program: 'two queries for each row, in turns, in transactions',
    kind: 'n-plus-one-queries',
    search: SLOW,
    question: 'why_slow',
  },
  {
    program: 'one call for each item of a cart',
    kind: 'n-plus-one-calls',
    search: SLOW,
    question: 'why_slow',
  },
  {
    program: 'three reads with the ID of the request',
    kind: 'sequential-calls',
    search: SLOW,
    question: 'why_slow',
  },
  { program: 'retries in two layers', kind: 'retry-storm', search: FAILED, question: 'why_failed' },
  { program: 'a report without an index', kind: 'slow-statement', search: SLOW, question: 'why_slow' },
  { program: 'a pool without free connections', kind: 'resource-wait', search: SLOW, question: 'why_slow' },
  {
    program: 'a failed recommendation that nothing reports',
    kind: 'swallowed-error',
    search: FAILED,
    question: 'why_failed',
  },
  { program: 'a payment that fails', kind: 'error-origin', search: FAILED, question: 'why_failed' },
  {
    program: 'one client without instrumentation',
    kind: 'broken-propagation',
    search: { query: 'name = "GET /dashboard"' },
    question: 'describe_trace',
  },
  {
    program: 'a clock that is slow',
    kind: 'clock-skew',
    search: { query: 'name = "GET /users/:id"', order: 'longest' },
    question: 'describe_trace',
  },
];

/** Ordinary traces beside the one with the fault. */
const ORDERS = 50;
/** Corpus programs start on 2026-01-01. */
const EVER = { last: '87600h' };

const recorded = (name: string, seed: number): Program => {
  const found = TUNED.find((each) => each.name === name);
  if (found === undefined) throw new Error(`The corpus has no program "${name}".`);
  const program = new Program(nodeStable, seed);
  found.run(program);
  return program;
};

const PORTS = ['OTLP', 'OTLP_GRPC', 'JAEGER', 'LOKI', 'PROMETHEUS', 'SAMPLING'];
const CONFIG = readConfig(Object.fromEntries(PORTS.map((name) => [`LANTERN_${name}_PORT`, '0'])));

const send = async (lantern: Lantern, program: Program): Promise<void> => {
  const body = new Uint8Array(encodeTraceRequest(program.resourceSpans()));
  const headers = { 'content-type': 'application/x-protobuf' };
  const { ok } = await fetch(`${lantern.urls.otlp}/v1/traces`, { method: 'POST', headers, body });
  if (!ok) throw new Error('Lantern rejected the spans of a program.');
};

const textOf = async (lantern: Lantern, path: string): Promise<string> =>
  (await fetch(lantern.urls.jaeger + path)).text();

const call = async (
  client: LanternClient,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<string> => {
  const tool = TOOLS.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`There is no tool ${name}.`);
  return tool.run(client, args);
};

const grouped = (count: number): string => count.toLocaleString('en');

process.stdout.write(
  '| fault | calls | characters | reached | spans | its trace as Jaeger JSON | a page of 20 as Jaeger JSON |\n',
);
process.stdout.write('| --- | --- | --- | --- | --- | --- | --- |\n');
for (const [i, { program: name, kind, search, question }] of FAULTS.entries()) {
  const lantern = await startLantern(CONFIG);
  const faulty = recorded(name, 7_000 + i);
  for (let order = 0; order < ORDERS; order++) await send(lantern, recorded('an order', 100 + order));
  await send(lantern, faulty);

  const client = new LanternClient({ url: lantern.urls.jaeger });
  const found = await call(client, 'find_traces', { ...EVER, count: 5, ...search });
  const [traceId = ''] = /[0-9a-f]{32}/.exec(found) ?? [];
  const answer = await call(client, question, { traceId });
  const isReached =
    answer.includes(`- ${DETECTION_KINDS[kind].title}`) ||
    (kind === 'error-origin' && answer.includes('Origin: '));

  const resource = faulty.resourceSpans()[0]?.resource;
  const service = resource === undefined ? '' : serviceNameOf(resource);
  const trace = await textOf(lantern, `/api/traces/${faulty.traceId}`);
  const page = await textOf(
    lantern,
    `/api/traces?service=${service}&limit=20&start=1767000000000000&end=1768000000000000`,
  );
  const spans = faulty
    .resourceSpans()
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)).length;
  process.stdout.write(
    `| ${DETECTION_KINDS[kind].title}: ${name} | 2 | ${grouped(found.length + answer.length)} | ${isReached && traceId === faulty.traceId ? 'yes' : 'NO'} | ` +
      `${spans} | ${grouped(trace.length)} | ${grouped(page.length)} |\n`,
  );
  await lantern.close();
}
