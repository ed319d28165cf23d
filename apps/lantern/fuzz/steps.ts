import { connect } from 'node:net';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Client, credentials } from '@grpc/grpc-js';
import { decodeTraceRequest, formatTraceRequestJson } from '@lantern/otlp';
import { extremeCall } from './calls.ts';
import { extremeNumber, extremeText } from './extremes.ts';
import type { Urls } from './watched-lantern.ts';
import { extremePush, extremeSamples, extremeSpans, sharedTraceId } from './payloads.ts';
import { Random } from './random.ts';

/** A client stops waiting for an answer after this long. */
const PATIENCE_MILLIS = 30_000;

/** A follower stays this long. */
const FOLLOW_MILLIS = 2_000;

/** One thing that a hostile or broken client does. */
export interface Step {
  readonly name: string;
  /** Fulfills when the client is done, with any response. */
  readonly run: (urls: Urls) => Promise<void>;
}

/** Returns the step that a seed gives at an index: the same one each time. */
export const stepAt = (seed: number, index: number): Step => {
  const random = new Random(seed, index);
  const choice = random.next();
  if (choice < 0.2) return sendSpans(random);
  if (choice < 0.35) return pushLines(random);
  if (choice < 0.4) return writeSamples(random);
  if (choice < 0.45) return sendBroken(random);
  if (choice < 0.48) return callGrpc(random);
  if (choice < 0.51) return tail(random);
  if (choice < 0.53) return followTraces(random);
  if (choice < 0.55) return writeGarbage(random);
  if (choice < 0.59) return sendJson(random);
  if (choice < 0.6) return callTool(random);
  return read(random);
};

const read = (random: Random): Step => {
  const { port, method, target, form } = extremeCall(random);
  const goesAway = random.chance(0.05);
  const headers = {
    'accept-encoding': random.pick(['identity', 'gzip', 'zstd'] as const),
    ...(form === undefined ? undefined : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  return {
    name: `${method} ${port} ${shortened(target)}${form === undefined ? '' : ` ${shortened(form)}`}`,
    run: (urls) => exchange(urls[port], target, { method, headers, body: form, leaves: goesAway }),
  };
};

const sendSpans = (random: Random): Step => {
  const { name, body } = extremeSpans(random);
  const isCompressed = random.chance(0.2);
  return {
    name: `POST otlp /v1/traces ${name}`,
    run: (urls) =>
      exchange(urls.otlp, '/v1/traces', {
        method: 'POST',
        headers: {
          'content-type': 'application/x-protobuf',
          ...(isCompressed && { 'content-encoding': 'gzip' }),
        },
        body: isCompressed ? gzipSync(body) : body,
      }),
  };
};

const pushLines = (random: Random): Step => {
  const { name, body } = extremePush(random);
  return {
    name: `POST loki /loki/api/v1/push ${name}`,
    run: (urls) =>
      exchange(urls.loki, '/loki/api/v1/push', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }),
  };
};

const writeSamples = (random: Random): Step => {
  const { name, body } = extremeSamples(random);
  return {
    name: `POST prometheus /api/v1/write ${name}`,
    run: (urls) =>
      exchange(urls.prometheus, '/api/v1/write', {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
        body,
      }),
  };
};

/** Spans in OTLP/JSON, which is decoded, sanitized and encoded again. */
const sendJson = (random: Random): Step => {
  const { name, body } = extremeSpans(random);
  const [port, path] = random.pick([
    ['otlp', '/v1/traces'],
    ['jaeger', '/api/transform'],
  ] as const);
  return {
    name: `POST ${port} ${path} as JSON ${name}`,
    run: (urls) =>
      exchange(urls[port], path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(formatTraceRequestJson(decodeTraceRequest(body).resourceSpans)),
      }),
  };
};

/** Calls a tool of the Model Context Protocol. */
const callTool = (random: Random): Step => {
  const name = random.pick(['find_traces', 'describe_trace', 'why_slow', 'why_failed', 'x'] as const);
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name,
      arguments: { traceId: sharedTraceId(random), service: 'shop-1', query: extremeText(random) },
    },
  };
  return {
    name: `POST jaeger /mcp ${name}`,
    run: ({ jaeger }) =>
      exchange(jaeger, '/mcp', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify(call),
      }),
  };
};

const RECEIVERS = [
  ['otlp', '/v1/traces'],
  ['otlp', '/v1/logs'],
  ['otlp', '/v1/metrics'],
  ['prometheus', '/api/v1/write'],
  ['prometheus', '/api/v1/otlp/v1/metrics'],
  ['loki', '/loki/api/v1/push'],
  ['loki', '/otlp/v1/logs'],
  ['jaeger', '/api/transform'],
] as const;

/** A body that is cut short, damaged, deep, of another type, or larger than it says when decompressed. */
const sendBroken = (random: Random): Step => {
  const [port, path] = random.pick(RECEIVERS);
  const kind = random.pick(['cut', 'damaged', 'deep', 'bomb', 'keys', 'empty'] as const);
  const type = random.pick(['application/json', 'application/x-protobuf', 'text/plain', ''] as const);
  return {
    name: `POST ${port} ${path} ${type} ${kind} body`,
    run: (urls) =>
      exchange(urls[port], path, {
        method: 'POST',
        headers: {
          ...(type !== '' && { 'content-type': type }),
          ...(kind === 'bomb' && { 'content-encoding': 'gzip' }),
        },
        body: brokenBody(random, kind),
      }),
  };
};

const brokenBody = (random: Random, kind: string): Uint8Array | string => {
  switch (kind) {
    case 'cut': {
      const { body } = extremeSpans(random);
      return body.subarray(0, random.below(body.length));
    }
    case 'damaged': {
      const body = extremeSpans(random).body.slice();
      for (let flips = 0; flips < 20; flips++) body[random.below(body.length)] = random.below(256);
      return body;
    }
    case 'deep':
      return '[{"a":'.repeat(100_000);
    case 'bomb':
      return gzipSync(Buffer.alloc(64 * 1024 * 1024, random.pick([0, 0x7b, 0x5b])));
    case 'keys':
      return `{${Array.from({ length: 800 }, () => `"${'k'.repeat(20_000)}${random.hex(12)}":0`).join()}}`;
    default:
      return '';
  }
};

const callGrpc = (random: Random): Step => {
  const service = random.pick(['trace.v1.TraceService', 'logs.v1.LogsService', 'no.Service'] as const);
  const body = random.chance(0.5)
    ? Buffer.from(random.hex(2_000), 'hex')
    : Buffer.from(extremeSpans(random).body);
  return {
    name: `gRPC ${service} ${body.length} bytes`,
    run: async ({ otlpGrpc }) => {
      const client = new Client(otlpGrpc.replace(/^https?:\/\//, ''), credentials.createInsecure());
      await new Promise<void>((resolve) => {
        client.makeUnaryRequest(
          `/opentelemetry.proto.collector.${service}/Export`,
          (message: Buffer) => message,
          (message: Buffer) => message,
          body,
          { deadline: Date.now() + PATIENCE_MILLIS },
          () => resolve(),
        );
      });
      client.close();
    },
  };
};

const tail = (random: Random): Step => {
  const params = new URLSearchParams({
    query: random.pick(['{service=~".+"}', '{service=~".+"} | json', '{'] as const),
    limit: random.pick(['100', '5000', extremeNumber(random)]),
    delay_for: random.pick(['0', '5', extremeNumber(random)]),
    start: '0',
  });
  return {
    name: `WebSocket loki tail ${params.toString()}`,
    run: ({ loki }) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${loki.replace(/^http/, 'ws')}/loki/api/v1/tail?${params.toString()}`);
        const end = setTimeout(() => socket.close(), FOLLOW_MILLIS);
        socket.addEventListener('error', () => undefined);
        socket.addEventListener('close', () => {
          clearTimeout(end);
          resolve();
        });
      }),
  };
};

const followTraces = (random: Random): Step => ({
  name: 'GET jaeger /api/v3/lantern/live',
  run: ({ jaeger }) =>
    exchange(jaeger, `/api/v3/lantern/live?query.service_name=shop-${random.below(5)}`, {
      method: 'GET',
      headers: {},
      patienceMillis: FOLLOW_MILLIS,
    }),
});

/** Bytes that are no HTTP, and requests that never end. */
const writeGarbage = (random: Random): Step => {
  const port = random.pick(['otlp', 'otlpGrpc', 'jaeger', 'loki', 'sampling'] as const);
  const bytes = random.pick([
    Buffer.from(random.hex(4_000), 'hex'),
    Buffer.from(`GET / HTTP/1.1\r\nX: ${'h'.repeat(100_000)}`),
    Buffer.from('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n'),
    Buffer.from(
      'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n',
    ),
    Buffer.from(`GET ${extremeText(random)} HTTP/1.1\r\n\r\n`),
  ]);
  return {
    name: `${bytes.length} bytes of garbage to ${port}`,
    run: (urls) =>
      new Promise((resolve) => {
        const { hostname, port: number } = new URL(urls[port]);
        const socket = connect(Number(number), hostname.replace(/[[\]]/g, ''), () => socket.write(bytes));
        const end = setTimeout(() => socket.destroy(), FOLLOW_MILLIS);
        socket.on('error', () => undefined);
        socket.on('data', () => undefined);
        socket.once('close', () => {
          clearTimeout(end);
          resolve();
        });
      }),
  };
};

interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  /** Whether the client goes away once the request is sent. */
  readonly leaves?: boolean;
  readonly patienceMillis?: number;
}

const exchange = (
  url: string,
  target: string,
  { method, headers, body, leaves = false, patienceMillis = PATIENCE_MILLIS }: Exchange,
): Promise<void> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const asked = request(
      { host: hostname.replace(/[[\]]/g, ''), port, path: target, method, headers, agent: false },
      (response) => {
        response.on('data', () => undefined);
        response.once('error', () => undefined);
      },
    );
    const deadline = setTimeout(() => asked.destroy(), patienceMillis);
    asked.on('error', () => undefined);
    asked.once('close', () => {
      clearTimeout(deadline);
      resolve();
    });
    asked.end(body, () => {
      if (leaves) setImmediate(() => asked.destroy());
    });
  });

const shortened = (text: string): string =>
  text.length > 300 ? `${text.slice(0, 300)}… (${text.length})` : text;
