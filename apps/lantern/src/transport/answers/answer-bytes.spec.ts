import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { attributes, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { RunningLantern, useLantern } from '../../testing/running-lantern.js';
import { OverloadedError } from '../requests/in-flight-bytes.js';
import { AnswerBytes } from './answer-bytes.js';

const MIB = 1024 * 1024;

/** A reply whose connection can be closed. */
const replyOf = () => {
  const listeners: (() => void)[] = [];
  const raw = { once: (_event: string, listener: () => void) => listeners.push(listener) };
  return { reply: { raw } as never, close: () => listeners.forEach((listener) => listener()) };
};

describe('the bytes of answers', () => {
  it('are counted until they are given back, or the connection is closed', () => {
    const answers = new AnswerBytes(100);
    const [one, other] = [replyOf(), replyOf()];
    const first = answers.shareOf(one.reply);
    const second = answers.shareOf(other.reply);
    first.hold(60);
    second.hold(40);
    expect(() => second.hold(1)).toThrow(OverloadedError);
    first.free(10);
    second.hold(10);
    expect(answers.bytes).toBe(100);
    one.close();
    one.close();
    expect(answers.bytes).toBe(50);
    // Work that continues after the client has disconnected no longer counts.
    first.hold(1_000);
    other.close();
    expect(answers.bytes).toBe(0);
  });

  it('of a single answer do not exceed the limit either', () => {
    const answers = new AnswerBytes(100);
    expect(() => answers.shareOf(replyOf().reply).hold(101)).toThrow(/LANTERN_MAX_ANSWER_BYTES/);
  });
});

const SPANS = 8_000;

const POLL_MILLIS = 50;

const sendLargeTrace = async (lantern: RunningLantern, id: number): Promise<void> => {
  // Small requests, because one of the Lanterns gives up on slow ones soon.
  const BATCH = 500;
  for (let start = 0; start < SPANS; start += BATCH) {
    await lantern.send(
      resourceSpans(
        'web',
        ...Array.from({ length: BATCH }, (_, n) =>
          span({
            traceId: traceId(id),
            spanId: spanId(start + n + 1),
            attributes: attributes({ 'url.full': `https://shop.example/${'x'.repeat(1_000)}/${start + n}` }),
          }),
        ),
      ),
    );
  }
};

const roomy = useLantern({}, { maxTraceBytes: 64 * MIB });
/** Has room for the pieces of two answers, and for the spans of one. */
const tight = useLantern({}, { maxTraceBytes: 64 * MIB, maxAnswerBytes: 24 * MIB });

const impatient = useLantern(
  { requestTimeoutMillis: 2_000 },
  { maxTraceBytes: 64 * MIB, maxAnswerBytes: 24 * MIB },
);

beforeAll(async () => {
  await sendLargeTrace(impatient, 1);
  await sendLargeTrace(roomy, 1);
  await sendLargeTrace(tight, 1);
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Sends a request and reads only the head of the response. */
const askWithoutReading = async (url: string, path: string): Promise<string> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  sockets.push(socket);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const [head] = (await once(socket, 'data')) as [string];
  socket.pause();
  return head.slice(0, head.indexOf('\r\n'));
};

describe('a large answer', () => {
  it.each(['/api/traces/1', '/api/traces?service=web&start=0&end=4000000000000000', '/api/v3/traces/1'])(
    'is sent in pieces, whole, in every coding: %s',
    async (path) => {
      const answers = await Promise.all(
        ['identity', 'gzip', 'zstd'].map((coding) =>
          roomy.jaeger(path, { headers: { 'accept-encoding': coding } }),
        ),
      );
      for (const { status, headers, text } of answers) {
        expect([status, headers.get('content-length')]).toEqual([200, null]);
        expect(text).toBe(answers[0]?.text);
      }
      const parsed = answers[0]?.json() as {
        readonly data?: readonly { readonly spans: readonly unknown[] }[];
        readonly result?: {
          readonly resourceSpans: readonly {
            readonly scopeSpans: readonly { readonly spans: readonly unknown[] }[];
          }[];
        };
      };
      const spans =
        parsed.data?.flatMap((trace) => trace.spans) ??
        parsed.result?.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      expect(spans?.length).toBe(SPANS);
    },
  );

  it('that clients do not read takes a bounded share, and others are refused with the reason until they close', async () => {
    const path = '/api/traces/1';
    const heads = [];
    for (let n = 0; n < 4; n++) heads.push(await askWithoutReading(tight.urls.jaeger, path));
    expect(heads[0]).toBe('HTTP/1.1 200 OK');
    expect(heads.at(-1)).toBe('HTTP/1.1 503 Service Unavailable');
    for (const refusedPath of [path, '/api/v3/traces/1']) {
      const refused = await tight.jaeger(refusedPath);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
      expect(refused.text).toContain('LANTERN_MAX_ANSWER_BYTES');
    }
    // Small answers are sent.
    expect((await tight.jaeger('/api/services')).status).toBe(200);

    for (const socket of sockets) socket.destroy();
    while ((await tight.jaeger(path)).status !== 200) await pause(POLL_MILLIS);
  });

  it('that a client does not read for long gives its share back', async () => {
    const path = '/api/traces/1';
    while ((await askWithoutReading(impatient.urls.jaeger, path)) === 'HTTP/1.1 200 OK')
      await pause(POLL_MILLIS);
    // The sockets are still open on this side.
    while ((await impatient.jaeger(path)).status !== 200) await pause(POLL_MILLIS);
  });

  it('gives way to other requests while it is written', async () => {
    const large = roomy.jaeger('/api/traces/1');
    const progress = { isThere: false, answered: 0 };
    void large.then(() => (progress.isThere = true));
    while (!progress.isThere) {
      await roomy.jaeger('/api/services');
      progress.answered++;
    }
    expect((await large).status).toBe(200);
    expect(progress.answered).toBeGreaterThan(3);
  });

  it('of log lines is sent in pieces, whole', async () => {
    const lines = Array.from({ length: 200 }, (_, n) => `${n} ${'\u0001'.repeat(10_000)}`);
    const values = lines.map((line, n) => [`${1_700_000_000_000_000_000n + BigInt(n)}`, line]);
    await roomy.push({ streams: [{ stream: { service: 'loud' }, values }] });
    const answer = await roomy.queryLogs('{service="loud"}', { limit: '1000', direction: 'forward' });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, null]);
    const { data } = answer.json() as { data: { result: { values: [string, string][] }[] } };
    expect(data.result[0]?.values.map(([, line]) => line)).toEqual(lines);
  });

  it('of log lines that does not fit beside others is refused with the reason', async () => {
    const values = Array.from({ length: 400 }, (_, n) => [
      `${1_700_000_000_000_000_000n + BigInt(n)}`,
      `${n} ${'x'.repeat(30_000)}`,
    ]);
    await tight.push({ streams: [{ stream: { service: 'loud' }, values }] });
    const answer = await tight.queryLogs('{service="loud"}', { limit: '1000' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(answer.text).toContain('LANTERN_MAX_ANSWER_BYTES');
    expect((await tight.queryLogs('{service="loud"}', { limit: '10' })).status).toBe(200);
  });
});
