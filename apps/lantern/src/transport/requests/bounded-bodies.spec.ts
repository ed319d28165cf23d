import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { useLantern } from '../../testing/running-lantern.js';
import { InFlightBytes, OverloadedError } from './in-flight-bytes.js';

const MIB = 1024 * 1024;

describe('bytes in flight', () => {
  it('are counted from lease to release, in either size', () => {
    const inFlight = new InFlightBytes(100);
    const first = inFlight.lease(60);
    const second = inFlight.lease(40);
    expect(() => inFlight.lease(1)).toThrow(OverloadedError);
    expect(() => second.resize(41)).toThrow(OverloadedError);
    first.resize(50);
    second.resize(50);
    expect(inFlight.bytes).toBe(100);
    first.release();
    first.release();
    second.release();
    expect(inFlight.bytes).toBe(0);
  });

  it('of a single body may exceed the limit, since that body has its own', () => {
    const inFlight = new InFlightBytes(10);
    inFlight.lease(5).resize(50);
    expect(() => inFlight.lease(1)).toThrow(OverloadedError);
  });
});

const lantern = useLantern({}, { maxInFlightBytes: 32 * MIB });

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A sender that announces a body and takes its time. */
const begin = (bytes: number, url: string, path: string) => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  let answer = '';
  socket.setEncoding('utf8').on('data', (data: string) => (answer += data));
  // A rejected client may still be writing to the closed connection.
  socket.on('error', () => undefined);
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${bytes}\r\nExpect: 100-continue\r\n\r\n`,
  );
  const answerWith = async (pattern: RegExp) => {
    while (!pattern.test(answer)) {
      if (socket.closed) throw new Error(`The connection ended after "${answer}"`);
      await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
    }
    return answer;
  };
  return {
    /** The first line of what the server says to the announcement. */
    verdict: () => answerWith(/\r\n/),
    finish: () => {
      socket.write(' '.repeat(bytes - 2));
      socket.write('{}');
      return answerWith(/^HTTP\/1.1 (?!100)/m);
    },
  };
};

describe('many large bodies that come slowly', () => {
  it('are let in as long as they fit together, then told to come again', async () => {
    const senders = Array.from({ length: 12 }, () => begin(10 * MIB, lantern.urls.otlp, '/v1/traces'));
    await Promise.all(senders.map((sender) => sender.verdict()));
    // Which of them came first, only the server knows; a refusal follows the permission to go on.
    const ping = await lantern.otlp('/v1/traces', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{}${' '.repeat(4 * MIB)}`,
    });
    expect([ping.status, ping.headers.get('retry-after'), ping.json()]).toEqual([
      503,
      '1',
      { code: 14, message: 'more than 33554432 bytes are being received at once: try again in a moment' },
    ]);
    // Small bodies still fit.
    const small = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await lantern.otlp('/v1/traces', small)).status).toBe(200);

    const answers = await Promise.all(senders.map((sender) => sender.finish()));
    const statuses = answers.map((answer) => /^HTTP\/1.1 (?!100)(\d+)/m.exec(answer)?.[1]).sort();
    expect(statuses).toEqual([...Array<string>(3).fill('200'), ...Array<string>(9).fill('503')]);
    for (const answer of answers.filter((text) => text.includes('503')))
      expect(answer).toMatch(/retry-after: 1/i);

    expect(await begin(30 * MIB, lantern.urls.otlp, '/v1/traces').verdict()).toMatch(/^HTTP\/1.1 (100|413)/);
  });

  it('are bounded for pushes of logs too', async () => {
    const senders = Array.from({ length: 4 }, () => begin(10 * MIB, lantern.urls.loki, '/loki/api/v1/push'));
    await Promise.all(senders.map((sender) => sender.verdict()));
    const answer = await lantern.push(`{}${' '.repeat(4 * MIB)}`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('count as large as they are once decompressed', async () => {
    const held = begin(20 * MIB, lantern.urls.otlp, '/v1/traces');
    await held.verdict();
    const answer = await lantern.otlp('/v1/traces', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: new Uint8Array(gzipSync(`{}${' '.repeat(19 * MIB)}`)),
    });
    expect(answer.status).toBe(503);
  });
});
