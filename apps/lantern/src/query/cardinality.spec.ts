import { describe, expect, it } from '@jest/globals';
import { NANOS_PER_SECOND, type Span } from '@lantern/telemetry-model';
import { T0, millis, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { useLantern } from '../testing/running-lantern.js';

const END_MILLIS = Number(T0 / 1_000_000n) + 60_000;

interface Family {
  readonly help: string;
  readonly metrics: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[];
  }[];
}

describe('answers about many names', () => {
  const lantern = useLantern({}, { maxLogBytes: 64 * 1024 * 1024 });

  it('have the operations with the most calls where there is no room for all, and say so', async () => {
    const named = (n: number, copy: number): Span =>
      span({
        traceId: traceId(n),
        spanId: spanId(1_000 * copy + n),
        name: `op-${n}`,
        startUnixNano: T0 + millis(copy),
      });
    const numbers = Array.from({ length: 100 }, (_, at) => at + 1);
    await lantern.send(
      resourceSpans('web', ...numbers.flatMap((n) => (n > 90 ? [named(n, 1), named(n, 2)] : [named(n, 1)]))),
    );
    const ask = async (points: number): Promise<Family> => {
      const params = `endTs=${END_MILLIS}&lookback=${10_000 * (points - 1)}&step=10000&groupByOperation=true`;
      return (await lantern.jaeger(`/api/metrics/calls?service=web&${params}`)).json() as Family;
    };
    const { help, metrics } = await ask(10_000);
    expect(help).toBe('calls/sec, grouped by service & operation; the 20 of 100 with the most calls');
    const operations = metrics.map(({ labels }) => labels[1]?.value);
    expect(operations).toHaveLength(20);
    expect(operations).toEqual(expect.arrayContaining(numbers.slice(90).map((n) => `op-${n}`)));
    const all = await ask(100);
    expect(all.help).toBe('calls/sec, grouped by service & operation');
    expect(all.metrics).toHaveLength(100);
  });

  it('have as many values of a label as a list may have, and say of how many', async () => {
    const push = (service: number) =>
      lantern.push({
        streams: Array.from({ length: 250 }, (_, id) => ({
          stream: { service: `service-${service}`, id: `${service}-${id}` },
          values: [[String(T0 + BigInt(service) * NANOS_PER_SECOND), 'line']],
        })),
      });
    for (let service = 0; service < 4; service++) expect((await push(service)).status).toBe(204);
    const all = await lantern.loki(`/loki/api/v1/label/id/values?start=0&end=4000000000`);
    expect((all.json() as { data: unknown[] }).data).toHaveLength(1_000);
    expect(all.headers.get('lantern-truncated')).toBeNull();
  });

  it('tell a sender of long names that lists show them cut', async () => {
    const name = 'n'.repeat(2_000);
    const body = JSON.stringify({
      resourceSpans: [
        {
          scopeSpans: [{ spans: [{ traceId: traceId(7), spanId: spanId(7), name, startTimeUnixNano: '1' }] }],
        },
      ],
    });
    const { json } = await lantern.otlp('/v1/traces', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(json()).toEqual({
      partialSuccess: {
        errorMessage:
          '1 names of spans or services are longer than 1024 characters: all spans are kept as they are, and lists of ' +
          'services and operations show these names cut',
      },
    });
    expect((await lantern.jaeger(`/api/traces/${traceId(7)}`)).text).toContain(name);
  });
});
