import { beforeAll, describe, expect, it } from '@jest/globals';
import { encodeTraceRequest } from '@lantern/otlp';
import { attributes, resourceSpans, span, traceId } from '@lantern/telemetry-model/testing';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

/** A request whose marks, each three bytes, are replaced by bytes that are no UTF-8. */
const sendWithInvalidText = async (request: Uint8Array): Promise<void> => {
  const body = Buffer.from(request);
  for (let at = body.indexOf('???'); at >= 0; at = body.indexOf('???')) body.set([0xff, 0xfe, 0x41], at);
  const { status } = await lantern.otlp('/v1/traces', {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body,
  });
  expect(status).toBe(200);
};

describe('a span that is unlike what OTLP defines', () => {
  beforeAll(async () => {
    await lantern.send(
      resourceSpans(
        'web',
        span({ traceId: traceId(1), kind: 99, flags: 0x101, status: { code: -7, message: 'later' } }),
      ),
    );
    await sendWithInvalidText(
      encodeTraceRequest([
        resourceSpans(
          'web',
          span({
            traceId: traceId(2),
            name: '???',
            kind: 98,
            attributes: attributes({ user: '???', '???': 'x' }),
          }),
        ),
      ]),
    );
  });

  const v3SpanOf = async (id: number, query = '') => {
    const answer = await lantern.jaeger(`/api/v3/traces/${traceId(id)}${query}`);
    const { result } = answer.json() as {
      result: { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] };
    };
    return result.resourceSpans[0]?.scopeSpans[0]?.spans[0];
  };

  it.each(['?rawTraces=true', ''])('keeps its kind, flags and status code in API v3%s', async (query) => {
    expect(await v3SpanOf(1, query)).toMatchObject({
      kind: 99,
      flags: 0x101,
      status: { code: -7, message: 'later' },
    });
    // Text that has to be repaired is encoded again, and loses no number.
    expect(await v3SpanOf(2, query)).toMatchObject({ kind: 98 });
  });

  it.each(['?raw=true', ''])(
    'has no kind, status or flags in the legacy API, as in Jaeger%s',
    async (query) => {
      const answer = await lantern.jaeger(`/api/traces/${traceId(1)}${query}`);
      expect(answer.text).not.toMatch(/span\.kind|otel\.status_code|"flags"/);
      expect(answer.text).toContain('{"key":"otel.status_description","type":"string","value":"later"}');
    },
  );

  it('keeps names and attributes that are no UTF-8 as bytes, under names that can be read', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x41]).toString('base64');
    const withValue = Buffer.from([0xff, 0xfe, 0x41, 0x3a, 0x78]).toString('base64');
    expect(await v3SpanOf(2, '?rawTraces=true')).toMatchObject({
      name: 'invalid-span-name',
      attributes: [
        { key: 'user', value: { bytesValue: bytes } },
        { key: 'invalid-tag-key-1', value: { bytesValue: withValue } },
        { key: 'invalid-span-name', value: { bytesValue: bytes } },
      ],
    });
    const legacy = await lantern.jaeger(`/api/traces/${traceId(2)}`);
    expect(legacy.text).toContain(`{"key":"user","type":"binary","value":"${bytes}"}`);
  });
});

describe('a path without the ID of its route', () => {
  it.each(['/api/traces/', '/api/v3/traces/', '/api/traces/a/', '/loki/api/v1/label//values'])(
    '%s is 404 in the words of Go',
    async (path) => {
      const { status, text } = await lantern.jaeger(path);
      expect([status, text]).toEqual([404, '404 page not found\n']);
    },
  );
});
