import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import { SpanKind } from '@lantern/telemetry-model';
import { T0, millis } from '@lantern/telemetry-model/testing';
import type { TraceQuery, TraceStore } from '../trace-store.js';
import { openBlockStore } from '../block-store.js';
import { killTrace } from './kill-trace.js';

const RANGE = { startUnixNano: T0, endUnixNano: T0 + millis(1e9) };
const PERIOD = millis(10_000);

const SEARCHES: Readonly<Record<string, Partial<TraceQuery>>> = {
  'the newest': {},
  'a service': { service: 'user-service' },
  'an operation': { service: 'order-service', operation: 'POST /orders' },
  'an attribute': { attributes: { 'http.response.status_code': '201' } },
  'an attribute that nothing has': { attributes: { 'http.response.status_code': '999' } },
  'a duration': { minDurationNano: millis(5) },
  'a part of the range': { range: { ...RANGE, endUnixNano: T0 + millis(100) } },
  'a next page': { after: { startUnixNano: T0 + millis(150), traceId: killTrace(50).traceId } },
};

/** Returns the answers to the questions of pages and APIs, in a form that can be compared. */
const answersOf = async (traces: TraceStore): Promise<Map<string, unknown>> => {
  const answers = new Map<string, unknown>();
  const services = await traces.services();
  answers.set('services', services);
  for (const service of services) answers.set(`operations of ${service}`, await traces.operations(service));
  answers.set('dependencies', await traces.dependencies(RANGE));
  const cells = await traces.redMetrics({
    services,
    kinds: Object.values(SpanKind),
    range: { startUnixNano: T0 - (T0 % PERIOD), endUnixNano: T0 - (T0 % PERIOD) + 1_000n * PERIOD },
    periodNano: PERIOD,
  });
  // An engine may round latencies; how many there are is exact.
  answers.set(
    'RED',
    cells.map(({ latencies, ...cell }) => ({
      ...cell,
      counted: latencies.reduce((sum, [, n]) => sum + n, 0),
    })),
  );
  for (const [name, query] of Object.entries(SEARCHES)) {
    const found = await traces.findTraces({ range: RANGE, limit: 20, ...query });
    answers.set(
      `the search for ${name}`,
      found.map(({ traceId }) => traceId),
    );
    answers.set(`the count for ${name}`, await traces.countTraces({ range: RANGE, limit: 1, ...query }));
  }
  return answers;
};

/**
 * Compares the answers of a recovered store with those of a store in memory that was given the same traces.
 *
 * @returns what differs, a sentence each
 */
export const differencesFromModel = async (
  traces: TraceStore,
  found: readonly number[],
): Promise<string[]> => {
  const { traces: model } = openBlockStore({ sweepMillis: 0 });
  for (const n of found)
    await model.append(checkTraceRequest(encodeTraceRequest(killTrace(n).resourceSpans)));
  const expected = await answersOf(model);
  const actual = await answersOf(traces);
  await model.close();
  return [...expected]
    .filter(([question, answer]) => written(actual.get(question)) !== written(answer))
    .map(
      ([question, answer]) =>
        `${question}: ${written(actual.get(question))} where a model has ${written(answer)}`,
    );
};

const written = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
