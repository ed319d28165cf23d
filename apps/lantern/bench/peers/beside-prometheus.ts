import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decodeTraceRequest } from '@lantern/otlp';
import { serviceNameOf } from '@lantern/telemetry-model';
import { WORKLOAD_START, shopRequests } from '@lantern/telemetry-store/testing/shop-workload';
import { demand, sendAll } from '../client.ts';
import { LanternProcess } from '../lantern-process.ts';
import { medianMillis } from './measure.ts';
import { PeerProcess, freePorts } from './peer-process.ts';
import type { Ratios } from './ratios.ts';

const BATCH = 512;
const CONNECTIONS = 4;
const ROUNDS = 40;
const MINUTE_NANO = 60_000_000_000n;
const SERVICE = 'order-service';

/** Calls of each operation in each minute: `minute → operation → count`. */
type Calls = Map<bigint, Map<string, number>>;

/**
 * Compares call rates by operation: Lantern computes them from spans, Prometheus from counters of the same spans, as
 * a span metrics connector would export them.
 */
export const besidePrometheus = async (
  ratios: Ratios,
  { binary, folder, spans }: { readonly binary: string; readonly folder: string; readonly spans: number },
): Promise<void> => {
  ratios.heading('Prometheus', `Prometheus: call rates of ${spans.toLocaleString('en')} spans`);
  const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: join(folder, 'lantern-metrics') });
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, 'prometheus.yaml');
  writeFileSync(config, 'global: { scrape_interval: 1m }\n');
  const prometheus = await PeerProcess.start({
    binary,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-otlp-receiver',
    ],
    readyUrl: `${url}/-/ready`,
  });
  try {
    const calls: Calls = new Map();
    await sendAll(shopRequests({ spans, batchSpans: BATCH }), CONNECTIONS, async (request) => {
      countCalls(request, calls);
      await demand(`${lantern.urls.otlp}/v1/traces`, {
        headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
        body: gzipSync(request),
      });
    });
    const minutes = [...calls.keys()].sort((a, b) => Number(a - b));
    await sendCounters(url, calls, minutes);
    const [first = WORKLOAD_START, last = WORKLOAD_START] = [minutes[0], minutes.at(-1)];
    const [startMillis, endMillis] = [first / 1_000_000n, (last + MINUTE_NANO) / 1_000_000n];
    const lanternPath =
      `/api/metrics/calls?service=${SERVICE}&groupByOperation=true&spanKind=server&spanKind=client&spanKind=internal` +
      `&endTs=${endMillis}&lookback=${endMillis - startMillis}&step=60000&ratePer=60000`;
    const prometheusParams = new URLSearchParams({
      query: `sum by (span_name) (rate(calls_total{job="${SERVICE}"}[2m]))`,
      start: String(startMillis / 1_000n),
      end: String(endMillis / 1_000n),
      step: '60',
    });
    ratios.add(
      'call rate by operation, per minute, all time: ms',
      await medianMillis(() => lantern.urls.jaeger + lanternPath, ROUNDS),
      await medianMillis(() => `${url}/api/v1/query_range?${prometheusParams.toString()}`, ROUNDS),
    );
  } finally {
    await lantern.stop();
    await prometheus.stop();
  }
};

const countCalls = (request: Uint8Array, calls: Calls): void => {
  for (const { resource, scopeSpans } of decodeTraceRequest(request).resourceSpans) {
    if (serviceNameOf(resource) !== SERVICE) continue;
    for (const { name, startUnixNano } of scopeSpans.flatMap(({ spans }) => spans)) {
      const minute = startUnixNano - (startUnixNano % MINUTE_NANO);
      const counts = calls.get(minute) ?? new Map<string, number>();
      counts.set(name, (counts.get(name) ?? 0) + 1);
      calls.set(minute, counts);
    }
  }
};

/** Sends cumulative counters, one request per minute of the workload. */
const sendCounters = async (url: string, calls: Calls, minutes: readonly bigint[]): Promise<void> => {
  const totals = new Map<string, number>();
  for (const minute of minutes) {
    for (const [name, count] of calls.get(minute) ?? []) totals.set(name, (totals.get(name) ?? 0) + count);
    const dataPoints = Array.from(totals, ([name, total]) => ({
      attributes: [{ key: 'span.name', value: { stringValue: name } }],
      startTimeUnixNano: String(minutes[0] ?? minute),
      timeUnixNano: String(minute + MINUTE_NANO),
      asInt: String(total),
    }));
    await demand(`${url}/api/v1/otlp/v1/metrics`, {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(
        JSON.stringify({
          resourceMetrics: [
            {
              resource: { attributes: [{ key: 'service.name', value: { stringValue: SERVICE } }] },
              scopeMetrics: [
                {
                  metrics: [
                    { name: 'calls', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints } },
                  ],
                },
              ],
            },
          ],
        }),
      ),
    });
  }
};
