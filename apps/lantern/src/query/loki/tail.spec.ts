import { on, once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { LokiTailFrame } from '@lantern/query-api';
import { WebSocket } from 'ws';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

const now = (): string => String(BigInt(Date.now()) * 1_000_000n);

const connect = (params: Record<string, string>, headers: Record<string, string> = {}): WebSocket =>
  new WebSocket(
    `${lantern.urls.loki.replace('http', 'ws')}/loki/api/v1/tail?${new URLSearchParams(params).toString()}`,
    { headers },
  );

const nextFrame = async (socket: WebSocket): Promise<LokiTailFrame> => {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString()) as LokiTailFrame;
};

const push = (app: string, ...lines: string[]) =>
  lantern.push({
    streams: [{ stream: { app }, values: lines.map((line) => [now(), line, { trace_id: '1' }]) }],
  });

const close = async (socket: WebSocket): Promise<void> => {
  socket.close();
  await once(socket, 'close');
};

describe('tail', () => {
  it('sends stored lines first, and then new lines as they arrive', async () => {
    await push('tailed', 'before');
    const socket = connect({ query: '{app="tailed"} != "skip"' });
    expect(await nextFrame(socket)).toEqual({
      streams: [
        {
          stream: { app: 'tailed', detected_level: 'unknown', service_name: 'tailed', trace_id: '1' },
          values: [[expect.any(String), 'before']],
        },
      ],
    });
    const next = nextFrame(socket);
    await push('other', 'not asked for');
    await push('tailed', 'skip this', 'after');
    const { streams } = await next;
    expect(streams.flatMap(({ values }) => values.map(([, line]) => line))).toEqual(['after']);
    await close(socket);
  });

  it('keeps structured metadata apart for a client that asks for it', async () => {
    const socket = connect(
      { query: '{app="categories"}' },
      { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' },
    );
    await once(socket, 'open');
    const next = nextFrame(socket);
    await push('categories', 'x');
    expect(await next).toEqual({
      streams: [
        {
          stream: { app: 'categories', service_name: 'categories' },
          values: [
            [expect.any(String), 'x', { structuredMetadata: { detected_level: 'unknown', trace_id: '1' } }],
          ],
        },
      ],
      encodingFlags: ['categorize-labels'],
    });
    await close(socket);
  });

  it('sends all lines whose JSON is six times as long, in several messages', async () => {
    const line = '\u0001'.repeat(256 * 1024);
    for (let n = 0; n < 3; n++) {
      const values = Array.from({ length: 8 }, (_, at) => [String(BigInt(now()) + BigInt(at)), line]);
      expect((await lantern.push({ streams: [{ stream: { app: 'escaped' }, values }] })).status).toBe(204);
    }
    const socket = connect({ query: '{app="escaped"}' });
    let lines = 0;
    let longest = 0;
    for await (const [data] of on(socket, 'message') as AsyncIterable<[Buffer]>) {
      longest = Math.max(longest, data.length);
      const { streams } = JSON.parse(data.toString()) as LokiTailFrame;
      lines += streams.reduce((sum, { values }) => sum + values.length, 0);
      if (lines >= 24) break;
    }
    expect(lines).toBe(24);
    expect(longest).toBeLessThan(4 * 1024 * 1024);
    await close(socket);
  });

  it('pings a client of a quiet stream', async () => {
    const socket = connect({ query: '{app="quiet"}' });
    await once(socket, 'ping');
    await close(socket);
  });

  it.each([
    ['{', 'parse error at line 1, col 2'],
    ['rate({app="x"}[1m])', 'only log selector is supported'],
    ['{trace_id="x"}', 'structured metadata of the lines'],
  ])('refuses %s before the protocol changes', async (query, message) => {
    const socket = connect({ query });
    const [, response] = (await once(socket, 'unexpected-response')) as [
      unknown,
      import('node:http').IncomingMessage,
    ];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect([response.statusCode, Buffer.concat(chunks).toString()]).toEqual([
      400,
      expect.stringContaining(message),
    ]);
  });

  it('serves ten clients at a time, also when thirty connect at once, and others when these have disconnected', async () => {
    const outcomeOf = async (socket: WebSocket): Promise<number> => {
      const opened = once(socket, 'open').then(() => 101);
      const refused = once(socket, 'unexpected-response').then(
        ([, response]) => (response as { statusCode: number }).statusCode,
      );
      return Promise.race([opened, refused]);
    };
    for (let round = 0; round < 2; round++) {
      const sockets = Array.from({ length: 30 }, () => connect({ query: '{app="many"}' }));
      const outcomes = await Promise.all(sockets.map(outcomeOf));
      expect(outcomes.filter((status) => status === 101)).toHaveLength(10);
      expect(outcomes.filter((status) => status === 400)).toHaveLength(20);
      await Promise.all(sockets.filter((_, index) => outcomes[index] === 101).map(close));
    }
  });

  it('does not count a request without a handshake as a tail', async () => {
    const url = `${lantern.urls.loki}/loki/api/v1/tail?query=%7Bapp%3D%22plain%22%7D`;
    for (let n = 0; n < 15; n++) expect((await fetch(url)).status).toBe(404);
  });
});
