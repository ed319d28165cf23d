import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { decodeTraceRequest } from '@lantern/otlp';
import { WORKLOAD_START, shopRequests } from '@lantern/telemetry-store/testing/shop-workload';
import { demand, sendAll } from '../client.ts';
import { LanternProcess } from '../lantern-process.ts';
import { cpuOf, medianMillis, type Measured } from './measure.ts';
import { PeerProcess, freePorts } from './peer-process.ts';
import type { Ratios } from './ratios.ts';

const BATCH = 512;
const CONNECTIONS = 4;
const ROUNDS = 40;
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

interface TraceServer extends Measured {
  readonly otlp: string;
  readonly otlpGrpc: string;
  readonly query: string;
  stop(): Promise<void>;
}

/** Compares ingest and queries of spans with Jaeger's memory store. Lantern keeps the spans in `folder`. */
export const besideJaeger = async (
  ratios: Ratios,
  { binary, folder, spans }: { readonly binary: string; readonly folder: string; readonly spans: number },
): Promise<void> => {
  ratios.heading(
    'Jaeger',
    `Jaeger, memory store: ${spans.toLocaleString('en')} spans in batches of ${BATCH}`,
  );
  const lantern = await startLantern(folder);
  const jaeger = await startJaeger(binary, folder);
  try {
    const half = Math.ceil(spans / 2);
    // Unmeasured, so that Lantern's code is compiled.
    const warmUp = Math.ceil(spans / 10);
    for (const server of [lantern, jaeger]) await sendHttp(server, warmUp, spans);
    const perCpuSecond = async (server: TraceServer, send: typeof sendHttp, seed: number): Promise<number> =>
      half / (await cpuOf(server, () => send(server, half, seed)));
    ratios.add(
      'ingest, HTTP, gzip: spans per CPU-second',
      await perCpuSecond(lantern, sendHttp, 0),
      await perCpuSecond(jaeger, sendHttp, 0),
    );
    ratios.add(
      'ingest, gRPC: spans per CPU-second',
      await perCpuSecond(lantern, sendGrpc, half),
      await perCpuSecond(jaeger, sendGrpc, half),
    );
    const ids = traceIdsOf(half);
    const end = WORKLOAD_START + BigInt(Math.ceil((spans + warmUp) / 8.4)) * 63_000_000n + 10_000_000_000n;
    const search = `service=order-service&limit=20&start=${WORKLOAD_START / 1_000n}&end=${end / 1_000n}`;
    for (const [name, path] of [
      ['trace by ID, legacy JSON: ms', (round: number) => `/api/traces/${ids[round % ids.length]}`],
      ['search by service, 20 traces, legacy JSON: ms', () => `/api/traces?${search}`],
      ['services: ms', () => '/api/services'],
    ] as const) {
      ratios.add(
        name,
        await medianMillis((round) => lantern.query + path(round), ROUNDS),
        await medianMillis((round) => jaeger.query + path(round), ROUNDS),
      );
    }
  } finally {
    await lantern.stop();
    await jaeger.stop();
  }
};

const startLantern = async (folder: string): Promise<TraceServer> => {
  const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: join(folder, 'lantern') });
  const { otlp, otlpGrpc, jaeger } = lantern.urls;
  return {
    otlp,
    otlpGrpc: new URL(otlpGrpc).host,
    query: jaeger,
    cpuSeconds: async () => (await lantern.usage()).cpuSeconds,
    stop: () => lantern.stop(),
  };
};

const startJaeger = async (binary: string, folder: string): Promise<TraceServer> => {
  const [http = 0, grpc = 0, query = 0, queryGrpc = 0] = await freePorts(4);
  const config = join(folder, 'jaeger.yaml');
  writeFileSync(
    config,
    `receivers:
  otlp: { protocols: { http: { endpoint: "127.0.0.1:${http}" }, grpc: { endpoint: "127.0.0.1:${grpc}" } } }
exporters:
  jaeger_storage_exporter: { trace_storage: memory }
extensions:
  jaeger_storage: { backends: { memory: { memory: { max_traces: 1000000 } } } }
  jaeger_query:
    storage: { traces: memory }
    http: { endpoint: "127.0.0.1:${query}" }
    grpc: { endpoint: "127.0.0.1:${queryGrpc}" }
service:
  extensions: [jaeger_storage, jaeger_query]
  pipelines: { traces: { receivers: [otlp], exporters: [jaeger_storage_exporter] } }
  telemetry: { logs: { level: error }, metrics: { level: none } }
`,
  );
  const url = `http://127.0.0.1:${query}`;
  const process = await PeerProcess.start({
    binary,
    args: ['--config', config],
    readyUrl: `${url}/api/services`,
  });
  return {
    otlp: `http://127.0.0.1:${http}`,
    otlpGrpc: `127.0.0.1:${grpc}`,
    query: url,
    cpuSeconds: () => process.cpuSeconds(),
    stop: () => process.stop(),
  };
};

/** Yields `spans` spans of the workload, after the first `skipped`. */
function* requestsOf(spans: number, skipped: number): Generator<Uint8Array> {
  let before = 0;
  for (const request of shopRequests({ spans: spans + skipped, batchSpans: BATCH })) {
    if (before >= skipped) yield request;
    before += BATCH;
  }
}

const sendHttp = (server: TraceServer, spans: number, skipped: number): Promise<void> =>
  sendAll(requestsOf(spans, skipped), CONNECTIONS, (request) =>
    demand(`${server.otlp}/v1/traces`, {
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
      body: gzipSync(request),
    }),
  );

const sendGrpc = async (server: TraceServer, spans: number, skipped: number): Promise<void> => {
  const client = new Client(server.otlpGrpc, credentials.createInsecure());
  const unchanged = (bytes: Buffer): Buffer => bytes;
  try {
    await sendAll(
      requestsOf(spans, skipped),
      CONNECTIONS,
      (request) =>
        new Promise<void>((resolve, reject) => {
          client.makeUnaryRequest(
            EXPORT,
            unchanged,
            unchanged,
            Buffer.from(request),
            new Metadata(),
            (error) => {
              if (error) reject(error);
              else resolve();
            },
          );
        }),
    );
  } finally {
    client.close();
  }
};

const traceIdsOf = (spans: number): string[] => {
  const ids: string[] = [];
  let index = 0;
  for (const request of requestsOf(spans, 0)) {
    if (index++ % 10 !== 0) continue;
    const span = decodeTraceRequest(request).resourceSpans[0]?.scopeSpans[0]?.spans[0];
    if (span) ids.push(span.traceId);
  }
  return ids;
};
