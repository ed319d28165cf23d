import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resourceSpans, span, traceId } from '@lantern/telemetry-model/testing';
import { nowUnixNano } from '../../clock.js';
import { RunningLantern, useLantern } from '../../testing/running-lantern.js';
import { AllowedHosts } from '../../transport/access/allowed-hosts.js';
import { AnswerBytes } from '../../transport/answers/answer-bytes.js';
import { InFlightBytes } from '../../transport/requests/in-flight-bytes.js';
import { createServer } from '../../transport/server/server.js';
import { dataRoute } from './data-route.js';

const PATH = '/api/v3/lantern/data';

describe('DELETE /api/v3/lantern/data', () => {
  const lantern = useLantern();

  it('is rejected without LANTERN_ALLOW_RESET, with how to enable it, and deletes nothing', async () => {
    await lantern.send(resourceSpans('orders', span()));
    const { status, text } = await lantern.jaeger(PATH, { method: 'DELETE' });
    const message =
      'Deleting all data is disabled. Start Lantern with LANTERN_ALLOW_RESET=1 to enable it, for tests only.';
    expect([status, JSON.parse(text)]).toEqual([403, { error: { httpCode: 403, message } }]);
    expect((await lantern.jaeger(`/api/v3/traces/${traceId(1)}`)).status).toBe(200);
  });

  it.each([
    ['127.0.0.1', 204],
    ['::1', 204],
    ['::ffff:127.0.0.2', 204],
    ['10.0.0.7', 403],
    ['::ffff:10.0.0.7', 403],
    ['fd00::7', 403],
  ])('answers a client at %s with %i', async (remoteAddress, status) => {
    let isCleared = false;
    const server = createServer({
      hosts: new AllowedHosts({ listenHost: '0.0.0.0', allowedHosts: [], hasToken: false }),
      report: () => undefined,
      inFlight: new InFlightBytes(1),
      answers: new AnswerBytes(1),
    });
    dataRoute(async () => {
      isCleared = true;
    })(server);
    const answer = await server.inject({ method: 'DELETE', url: PATH, remoteAddress });
    await server.close();
    expect([answer.statusCode, isCleared]).toEqual([status, status === 204]);
  });

  it('deletes spans, log lines, metrics and what is derived from them, also for the next start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'lantern-reset-'));
    const start = async (): Promise<RunningLantern> => {
      const running = new RunningLantern({}, { allowReset: true, dataDir, durability: 'process' });
      await running.start();
      return running;
    };
    const fill = async (running: RunningLantern): Promise<void> => {
      await running.send(resourceSpans('orders', span({ startUnixNano: nowUnixNano() })));
      const values = [[String(nowUnixNano()), 'a line']];
      const pushed = await running.push({ streams: [{ stream: { service: 'orders' }, values }] });
      const point = { timeUnixNano: String(nowUnixNano()), asInt: '1' };
      const sum = { dataPoints: [point], isMonotonic: true, aggregationTemporality: 1 };
      const metric = await running.otlp('/v1/metrics', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'n', sum }] }] }] }),
      });
      expect([pushed.status, metric.status]).toEqual([204, 200]);
    };
    const seen = async (running: RunningLantern): Promise<readonly unknown[]> => {
      const services = (await running.jaeger('/api/v3/services')).json() as { services: string[] };
      const trace = await running.jaeger(`/api/v3/traces/${traceId(1)}`);
      const logs = (await running.queryLogs('{service="orders"}')).json() as { data: { result: unknown[] } };
      const metric = await running.prometheus('/api/v1/query?query=n_total');
      const samples = metric.json() as { data: { result: { value: [number, string] }[] } };
      return [
        services.services,
        trace.status,
        logs.data.result.length,
        ...samples.data.result.map(({ value }) => value[1]),
      ];
    };
    let running = await start();
    try {
      // The total of the metric's deltas begins again too.
      for (let time = 0; time < 2; time++) {
        await fill(running);
        expect(await seen(running)).toEqual([['orders'], 200, 1, '1']);
        const { status, text } = await running.jaeger(PATH, { method: 'DELETE' });
        expect([status, text]).toEqual([204, '']);
        expect(await seen(running)).toEqual([[], 404, 0]);
      }
      await running.stop();
      running = await start();
      expect(await seen(running)).toEqual([[], 404, 0]);
    } finally {
      await running.stop();
      rmSync(dataDir, { recursive: true });
    }
  });
});
