import { SpanKind } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '../../test/http-server.js';
import { startTestTelemetry } from '../testing/index.js';
import { wantsOldConventions } from './old-conventions.js';

const telemetry = startTestTelemetry();
let server: RunningServer;

beforeEach(async () => {
  server = await startServer((_request, response) => response.writeHead(503).end());
});
afterEach(() => server.close());

/** The attributes of both sides of a call, by kind of span. */
const call = async (optIn?: string) => {
  startTestTelemetry(optIn === undefined ? {} : { OTEL_SEMCONV_STABILITY_OPT_IN: optIn });
  await (
    await fetch(`${server.url}/users/7?page=2&token=abc`, { headers: { 'user-agent': 'probe/1.0' } })
  ).text();
  const [one, other] = await telemetry.waitForSpans(2);
  if (!one || !other) throw new Error('no spans');
  const [client, served] = one.kind === SpanKind.CLIENT ? [one, other] : [other, one];
  return { client: client.attributes, server: served.attributes };
};

describe('OTEL_SEMCONV_STABILITY_OPT_IN', () => {
  it('OTEL_SEMCONV_STABILITY_OPT_IN=http/dup adds the names of version 1.20 to the stable ones, with secrets redacted in both', async () => {
    const { client, server: served } = await call('http/dup');
    expect(served).toMatchObject({
      'http.request.method': 'GET',
      'url.query': 'page=2&token=REDACTED',
      'http.method': 'GET',
      'http.status_code': 503,
      'http.target': '/users/7?page=2&token=REDACTED',
      'http.scheme': 'http',
      'http.flavor': '1.1',
      'http.client_ip': '127.0.0.1',
      'http.user_agent': 'probe/1.0',
      'net.host.name': '127.0.0.1',
      'net.host.port': server.port,
      'net.sock.peer.addr': '127.0.0.1',
      'net.sock.peer.port': expect.any(Number),
    });
    expect(client).toMatchObject({
      'http.request.method': 'GET',
      'http.method': 'GET',
      'http.status_code': 503,
      'http.url': `${server.url}/users/7?page=2&token=REDACTED`,
      'net.peer.name': '127.0.0.1',
      'net.peer.port': server.port,
    });
  });

  it.each([undefined, 'http', 'database/dup'])(
    'OTEL_SEMCONV_STABILITY_OPT_IN=%s has the stable names only',
    async (value) => {
      const { client, server: served } = await call(value);
      for (const attributes of [client, served]) {
        expect(
          Object.keys(attributes).filter((key) => /^net\.|^http\.(method|url|target)$/.test(key)),
        ).toEqual([]);
      }
    },
  );

  it('OTEL_SEMCONV_STABILITY_OPT_IN is a list', () => {
    expect(wantsOldConventions({ OTEL_SEMCONV_STABILITY_OPT_IN: 'database, HTTP/dup' })).toBe(true);
    expect(wantsOldConventions({ OTEL_SEMCONV_STABILITY_OPT_IN: '' })).toBe(false);
  });
});
