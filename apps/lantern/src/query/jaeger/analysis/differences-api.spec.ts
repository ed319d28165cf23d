import { beforeAll, describe, expect, it } from '@jest/globals';
import type { V3Differences } from '@lantern/query-api';
import { StatusCode } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resource,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import { useLantern } from '../../../testing/running-lantern.js';

const lantern = useLantern();

/** Forty orders: those of the phone fail, those from `us` take 500 ms, and each has an ID of its own. */
beforeAll(async () => {
  for (let i = 0; i < 40; i++) {
    const isPhone = i % 4 === 0;
    const isFar = i >= 30;
    await lantern.send(
      resourceSpans(
        resource('orders', { 'host.name': `host-${i % 2}`, region: isFar ? 'us' : 'eu' }),
        span({
          traceId: traceId(100 + i),
          spanId: spanId(100 + i),
          name: 'POST /orders',
          startUnixNano: T0 + millis(i * 1_000),
          endUnixNano: T0 + millis(i * 1_000 + (isFar ? 500 : 20 + i)),
          attributes: attributes({ product: isPhone ? 'phone' : 'laptop', 'order.id': `order-${i}` }),
          status: { code: isPhone ? StatusCode.error : StatusCode.unset, message: '' },
        }),
      ),
    );
  }
});

const ask = async (params: Record<string, string>) => {
  const search = new URLSearchParams({
    'query.startTimeMin': '2026-01-01T00:00:00Z',
    'query.startTimeMax': '2026-01-01T01:00:00Z',
    ...params,
  });
  const { status, text } = await lantern.jaeger(`/api/v3/lantern/differences?${search.toString()}`);
  return { status, text };
};

const differences = async (params: Record<string, string>): Promise<V3Differences> =>
  JSON.parse((await ask(params)).text) as V3Differences;

describe('/api/v3/lantern/differences', () => {
  it('names the attribute that failed traces have and the others do not', async () => {
    expect(await differences({ 'lantern.select': 'failed' })).toEqual({
      selectedTraces: 10,
      otherTraces: 30,
      spanCount: 40,
      isSampled: false,
      differences: [
        {
          key: 'product',
          divergence: 1,
          values: [
            { value: 'phone', selectedTraces: 10, otherTraces: 0 },
            { value: 'laptop', selectedTraces: 0, otherTraces: 30 },
          ],
        },
        expect.objectContaining({ key: 'host.name' }),
      ],
    });
  });

  it('compares the traces of a range of durations, also of the resource', async () => {
    const { selectedTraces, differences: found } = await differences({
      'lantern.selectDurationMin': '400ms',
    });
    expect([selectedTraces, found.map(({ key }) => key)]).toEqual([10, ['region']]);
  });

  it('compares only traces that match the search', async () => {
    const filter = { op: 'eq', args: [{ attr: { key: 'product' } }, { scalar: { value: 'laptop' } }] };
    const answer = await differences({ 'lantern.select': 'slow', 'query.filter': JSON.stringify(filter) });
    expect(answer.selectedTraces + answer.otherTraces).toBe(30);
  });

  it('finds no difference where one side has no traces', async () => {
    const answer = await differences({ 'lantern.selectDurationMin': '1h' });
    expect(answer).toMatchObject({ selectedTraces: 0, otherTraces: 40, differences: [] });
  });

  it.each([
    [{}, 'a selection is needed'],
    [{ 'lantern.select': 'odd' }, 'lantern.select must be one of failed, slow'],
    [{ 'lantern.select': 'slow', 'lantern.selectDurationMin': '1s' }, 'a selection is needed'],
    [{ 'lantern.selectDurationMin': 'long' }, 'malformed parameter lantern.selectDurationMin'],
  ])('rejects %j', async (params, message) => {
    const { status, text } = await ask(params);
    expect([status, text]).toEqual([400, expect.stringContaining(message)]);
  });
});
