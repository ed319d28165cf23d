import { describe, expect, it } from '@jest/globals';
import { snappyLiterals, bytesField, text } from '../../testing/protobuf.js';
import { useLantern } from '../../testing/running-lantern.js';

/** Distinct member names that are so long that V8 hashes only their length. */
const memberNames = (count: number): string =>
  `{${Array.from({ length: count }, (_, index) => `"${'n'.repeat(20_000)}${index}":"v"`).join()}}`;

describe('names that are longer than V8 hashes', () => {
  const lantern = useLantern();
  const headers = { 'content-type': 'application/json' };

  it('are rejected in a push with the maximum length', async () => {
    const body = `{"streams":[{"stream":{"a":"b"},"values":[["1","line",${memberNames(900)}]]}]}`;
    expect(await lantern.loki('/loki/api/v1/push', { method: 'POST', headers, body })).toMatchObject({
      status: 400,
      text: 'a name in the body is longer than 16383 characters\n',
    });
  });

  it('are rejected in a protobuf push', async () => {
    const pair = bytesField(3, text(1, 'n'.repeat(20_000)), text(2, 'v'));
    const stream = bytesField(1, text(1, '{a="b"}'), bytesField(2, text(2, 'line'), pair));
    const { status, text: reason } = await lantern.loki('/loki/api/v1/push', {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(snappyLiterals(stream)),
    });
    expect({ status, reason }).toEqual({
      status: 400,
      reason: 'the body is no protobuf of a push: a name is longer than 16383 characters\n',
    });
  });

  it.each(['traces', 'logs'])('are rejected in OTLP/JSON of %s', async (signal) => {
    const { status, json } = await lantern.otlp(`/v1/${signal}`, {
      method: 'POST',
      headers,
      body: `{"resourceSpans":[],"resourceLogs":[],"other":${memberNames(900)}}`,
    });
    expect({ status, body: json() }).toEqual({
      status: 400,
      body: { code: 3, message: 'Malformed OTLP: the message has a name of more than 16383 characters' },
    });
  });

  it('are accepted as values of log lines and attributes', async () => {
    const line = `{"${'n'.repeat(20_000)}":1}`;
    const time = '1700000000000000000';
    const { status } = await lantern.push({ streams: [{ stream: { a: 'long' }, values: [[time, line]] }] });
    expect(status).toBe(204);
    expect((await lantern.queryLogs('{a="long"}')).text).toContain(JSON.stringify(line));
  });
});
