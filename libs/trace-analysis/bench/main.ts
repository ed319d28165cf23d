/**
 * `nx bench @lantern/trace-analysis [--spans=100000] [--runs=7]`: CPU time of the detectors on traces of one size and
 * different shapes, beside that of the span table and the critical path, which exist for every trace.
 */
import { parseArgs } from 'node:util';
import type { ResourceSpans } from '@lantern/telemetry-model';
import { DETECTORS } from '../src/detect.ts';
import { TraceFacts, detect } from '../src/index.ts';
import { nodeStable } from '../src/testing/conventions.ts';
import { Program, type Here } from '../src/testing/program.ts';

const { values: options } = parseArgs({
  options: { spans: { type: 'string', default: '100000' }, runs: { type: 'string', default: '7' } },
});
const spans = Number(options.spans);
const runs = Number(options.runs);
/** Time in which a trace of 100,000 spans has to be analyzed. */
const GOAL_MILLIS = 300;

const repeat = (here: Here, times: number, work: (here: Here) => void): void => {
  for (let i = 0; i < times; i++) work(here);
};

/** A job that places thousands of orders: calls of three services, statements with values. */
const orders = (program: Program): void =>
  program.job('batch', 'place orders', (here) => {
    repeat(here, spans / 6, (order) => {
      order.call('order-service', 'POST', '/orders', (there) => {
        there.query(`SELECT * FROM users WHERE id = ${program.id()}`, 2);
        there.call('stock-service', 'GET', `/stock/${program.id()}`, (stock) => stock.wait(1));
        there.query('INSERT INTO orders (user_id) VALUES ($1)', 2, { parameters: [program.id()] });
      });
    });
  });

/** One request with as many queries as spans, each with a statement of its own. */
const queries = (program: Program): void =>
  program.request('report-service', 'GET', '/reports/1', (here) => {
    repeat(here, spans, (inner) =>
      inner.query(`SELECT * FROM products WHERE id = ${program.id()} AND name = 'x'`, 1),
    );
  });

/** One request whose calls all fail. */
const failures = (program: Program): void =>
  program.request('order-service', 'POST', '/orders', (here) => {
    repeat(here, spans, (inner) =>
      inner.external('GET', `http://stock/items/${program.id()}`, 1, { fails: 'HTTP 503' }),
    );
  });

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Returns the CPU time of this thread: other processes do not count. */
const timed = (work: () => void): number => {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
};

process.stdout.write(`Node ${process.version}, median CPU time of ${runs} runs\n\n`);
process.stdout.write('| trace | spans | span table | all detectors | slowest detector | must reach |\n');
process.stdout.write('| --- | --- | --- | --- | --- | --- |\n');
for (const { name, build } of [
  { name: 'orders', build: orders },
  { name: 'queries', build: queries },
  { name: 'failed calls', build: failures },
]) {
  const program = new Program(nodeStable, 1);
  build(program);
  const resourceSpans: ResourceSpans[] = program.resourceSpans();
  const factsTimes: number[] = [];
  const detectTimes: number[] = [];
  const ofDetector = new Map<string, number[]>();
  let length = 0;
  for (let run = 0; run < runs; run++) {
    let facts = new TraceFacts(program.traceId, []);
    factsTimes.push(timed(() => (facts = new TraceFacts(program.traceId, resourceSpans))));
    detectTimes.push(timed(() => detect(facts)));
    ({ length } = facts.table);
    for (const detector of DETECTORS) {
      const times = ofDetector.get(detector.name) ?? [];
      ofDetector.set(detector.name, times);
      times.push(timed(() => detector(facts)));
    }
  }
  const [slowest = ['', []]] = [...ofDetector].sort(([, a], [, b]) => median(b) - median(a));
  const all = median(detectTimes);
  process.stdout.write(
    `| ${name} | ${length} | ${median(factsTimes).toFixed(0)} ms | ${all.toFixed(0)} ms | ` +
      `${slowest[0]}, ${median(slowest[1]).toFixed(0)} ms | ≤ ${GOAL_MILLIS} ms ${all <= GOAL_MILLIS ? 'ok' : 'MISSED'} |\n`,
  );
}
