import { ServiceProcess } from '@lantern/service-platform/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RawRequest, type RawServer, postRaw, serveRaw } from './raw-request.js';

const MAIN = new URL('../src/main.ts', import.meta.url);

const traceId = '12345678901234567890123456789012';
const callerId = 'e457b5a2e4d86bd1';
const valid = `traceparent: 00-${traceId}-${callerId}-01`;

/**
 * Main rules of https://www.w3.org/TR/trace-context/, byte for byte at both ends of the gateway's process. The W3C's own
 * tests run against it by trace-context.ts; each rule of the propagator has its test in libs/observability.
 */
describe('the process of api-gateway', () => {
  let gateway: ServiceProcess;
  let url: string;
  let orderService: RawServer;
  const received: RawRequest[] = [];

  beforeAll(async () => {
    orderService = await serveRaw(async (request) => {
      received.push(request);
      return 200;
    });
    gateway = ServiceProcess.spawn(MAIN, {
      OTEL_SERVICE_NAME: 'api-gateway',
      OTEL_TRACES_EXPORTER: 'none',
      PORT: '0',
      ORDER_SERVICE_URL: orderService.url,
    });
    url = `${await gateway.ready()}/orders`;
  });
  beforeEach(() => void received.splice(0));
  afterAll(async () => {
    gateway.kill('SIGKILL');
    await Promise.all([gateway.exit, orderService.close()]);
  });

  /** Sends these header lines to the gateway; returns the values of the headers that it forwards. */
  const sentOn = async (...headers: string[]) => {
    expect(await postRaw(url, { headers: ['Content-Type: application/json', ...headers], body: '{}' })).toBe(
      200,
    );
    const values = (name: string) =>
      (received.at(-1)?.headers ?? [])
        .map((line) => line.split(/:\s*/, 2))
        .filter(([given]) => given?.toLowerCase() === name)
        .map(([, value]) => value);
    expect(values('traceparent')).toEqual([
      expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/),
    ]);
    const [, trace, span, flags] = values('traceparent')[0]?.split('-') ?? [];
    return { trace, span, flags, tracestate: values('tracestate') };
  };

  it.each([
    ['as it is', valid],
    ['with its name in any case', valid.replace('traceparent', 'TrAcEpArEnT')],
    ['with white space around it', `${valid.replace(' ', ' \t ')}\t`],
    ['of a version to come', valid.replace('00-', 'cc-')],
    ['of a version to come, with more behind it', `${valid.replace('00-', 'cc-')}-what-comes-then`],
  ])('api-gateway continues a trace with a new span for a traceparent %s', async (_how, line) => {
    const sent = await sentOn(line);
    expect(sent).toMatchObject({ trace: traceId, flags: '01' });
    expect(sent.span).not.toBe(callerId);
  });

  it.each([
    ['none', []],
    ['two of them', [valid, valid.replace(traceId, traceId.replace('1', '2'))]],
    ['the forbidden version', [valid.replace('00-', 'ff-')]],
    ['more behind version 00', [`${valid}-more`]],
    ['a trace id of zeros', [valid.replace(traceId, '0'.repeat(32))]],
    ['a span id of zeros', [valid.replace(callerId, '0'.repeat(16))]],
    ['one digit of flags', [valid.slice(0, -1)]],
  ])(
    'api-gateway starts a trace without the tracestate for an invalid traceparent: %s',
    async (_why, lines) => {
      const sent = await sentOn(...lines, 'tracestate: vendor=1');
      expect(sent.trace).not.toBe(traceId);
      expect(sent.tracestate).toEqual([]);
    },
  );

  it('api-gateway forwards each request with its own span ID', async () => {
    const sent = [await sentOn(valid), await sentOn(valid), await sentOn(valid)];
    expect(new Set(sent.map(({ trace }) => trace))).toEqual(new Set([traceId]));
    expect(new Set(sent.map(({ span }) => span)).size).toBe(3);
  });

  it.each([
    ['00', '00'],
    ['02', '02'],
    ['ff', '03'],
  ])('api-gateway keeps the known flags of %s: %s', async (given, expected) => {
    expect((await sentOn(valid.replace(/01$/, given))).flags).toBe(expected);
  });

  const members = Array.from({ length: 32 }, (_each, at) => `m${at}=1`);

  it.each([
    ['as it is', ['tracestate: foo=1,bar=2'], 'foo=1,bar=2'],
    [
      'in the order of several headers',
      ['tracestate: foo=1', 'TraceState: bar=2', 'tracestate: baz=3'],
      'foo=1,bar=2,baz=3',
    ],
    [
      'without white space and empty members',
      ['tracestate: \tfoo=1 \t, ,\t bar=2,', 'tracestate:'],
      'foo=1,bar=2',
    ],
    ['with up to 32 members', members.map((member) => `tracestate: ${member}`), members.join(',')],
  ])('api-gateway propagates a tracestate %s', async (_how, lines, expected) => {
    expect((await sentOn(valid, ...lines)).tracestate).toEqual([expected]);
  });

  it.each([
    ['33 members', [...members, 'one=more'].join(',')],
    ['a key in capitals', 'foo=1,FOO=2'],
    ['a member without value', 'foo=1,bar='],
    ['an equals sign in a value', 'foo=1,bar=2=3'],
  ])('api-gateway discards a tracestate with %s, and keeps the trace', async (_which, value) => {
    expect(await sentOn(valid, `tracestate: ${value}`)).toMatchObject({ trace: traceId, tracestate: [] });
  });
});
