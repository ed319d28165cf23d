import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogStream } from '@lantern/telemetry-model';
import { demand, sendAll } from '../client.ts';
import { LanternProcess } from '../lantern-process.ts';
import { hoursOf, logBatches } from '../logs/log-workload.ts';
import { bodyOf } from '../logs/measure-logs.ts';
import { cpuOf, medianMillis } from './measure.ts';
import { PeerProcess, freePorts } from './peer-process.ts';
import type { Ratios } from './ratios.ts';

const CONNECTIONS = 4;
const ROUNDS = 10;
const HOUR_NANO = 3_600_000_000_000n;

const QUERIES = [
  '{service="order-service"} |= "stored"',
  '{service=~".+"} |= "circuit breaker opened"',
  '{service=~".+"} | json | status >= 500',
  '{service=~".+"} | json message, status',
  'sum by (level) (count_over_time({service=~".+"}[1m]))',
  'quantile_over_time(0.95, {service=~".+"} | json | unwrap status [1m]) by (service)',
];

/** Compares push and LogQL queries with Loki. Both keep their files in `folder`. */
export const besideLoki = async (
  ratios: Ratios,
  { binary, folder, lines }: { readonly binary: string; readonly folder: string; readonly lines: number },
): Promise<void> => {
  ratios.heading('Loki', `Loki, file system: ${lines.toLocaleString('en')} log lines in batches of 500`);
  const endUnixNano = BigInt(Date.now()) * 1_000_000n;
  const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: join(folder, 'lantern-logs') });
  const [port = 0, grpcPort = 0] = await freePorts(2);
  const loki = `http://127.0.0.1:${port}`;
  const process = await PeerProcess.start({
    binary,
    args: ['-config.file', writeConfig(folder, port, grpcPort)],
    readyUrl: `${loki}/ready`,
  });
  try {
    const push = (url: string, stream: LogStream): Promise<unknown> =>
      demand(`${url}/loki/api/v1/push`, {
        headers: { 'content-type': 'application/json' },
        body: bodyOf(stream),
      });
    const pushAll = (url: string) => (): Promise<void> =>
      sendAll(logBatches(lines, endUnixNano), CONNECTIONS, (stream) => push(url, stream));
    const lanternCpu = { cpuSeconds: async () => (await lantern.usage()).cpuSeconds };
    const hours = hoursOf(lines);
    // Unmeasured, so that Lantern's code is compiled: a tenth of the lines, before the others.
    const warmUp = logBatches(Math.ceil(lines / 10), endUnixNano - hours);
    for (const stream of warmUp) for (const url of [lantern.urls.loki, loki]) await push(url, stream);
    ratios.add(
      'push, JSON: lines per CPU-second',
      lines / (await cpuOf(lanternCpu, pushAll(lantern.urls.loki))),
      lines / (await cpuOf(process, pushAll(loki))),
    );
    const start = endUnixNano - hours;
    for (const query of QUERIES) {
      const isMetric = !query.startsWith('{');
      const params = new URLSearchParams({
        query,
        start: String(isMetric ? endUnixNano - HOUR_NANO : start),
        end: String(endUnixNano),
        limit: '100',
        ...(isMetric ? { step: '60' } : {}),
      });
      const path = `/loki/api/v1/query_range?${params.toString()}`;
      ratios.add(
        `${query}: ms`,
        await medianMillis(() => lantern.urls.loki + path, ROUNDS),
        await medianMillis(() => loki + path, ROUNDS),
      );
    }
  } finally {
    await lantern.stop();
    await process.stop();
  }
};

/** Configuration of docker/loki without limits that the workload would reach, and without a cache of results. */
const writeConfig = (folder: string, port: number, grpcPort: number): string => {
  const path = join(folder, 'loki.yaml');
  const data = join(folder, 'loki');
  writeFileSync(
    path,
    `auth_enabled: false
server: { http_listen_address: 127.0.0.1, http_listen_port: ${port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpcPort}, log_level: error }
common:
  path_prefix: ${data}
  replication_factor: 1
  ring: { instance_addr: 127.0.0.1, kvstore: { store: inmemory } }
  storage: { filesystem: { chunks_directory: ${data}/chunks, rules_directory: ${data}/rules } }
schema_config:
  configs: [{ from: "2024-01-01", store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }]
limits_config:
  allow_structured_metadata: true
  ingestion_rate_mb: 1024
  ingestion_burst_size_mb: 1024
  per_stream_rate_limit: 1GB
  per_stream_rate_limit_burst: 1GB
  reject_old_samples: false
query_range: { cache_results: false }
frontend: { address: 127.0.0.1 }
analytics: { reporting_enabled: false }
`,
  );
  return path;
};
