import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { orderTrace, traceId } from '@lantern/telemetry-model/testing';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { nowUnixNano } from '../clock.js';
import { RunningLantern, useLantern } from '../testing/running-lantern.js';
import { INSTRUCTIONS, TOOLS } from './tools.js';

const lantern = useLantern();

const FAILED = traceId(5);
const SOUND = traceId(6);

const connect = async (url: string, headers: Record<string, string> = {}): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }));
  return client;
};

let client: Client;

const ask = async (name: string, args: Record<string, unknown> = {}) => {
  const { content, isError } = await client.callTool({ name, arguments: args });
  const [first] = content;
  return { text: first?.type === 'text' ? first.text : '', isError: isError === true };
};

beforeAll(async () => {
  const startUnixNano = nowUnixNano() - 60_000_000_000n;
  await lantern.send(
    ...orderTrace({ traceId: SOUND, startUnixNano: startUnixNano - 1_000_000_000n }).resourceSpans,
  );
  await lantern.send(...orderTrace({ traceId: FAILED, failed: true, startUnixNano }).resourceSpans);
  await lantern.push({
    streams: [
      {
        stream: { service: 'order-service', level: 'error' },
        values: [[String(startUnixNano), 'the payment gateway timed out', { trace_id: FAILED }]],
      },
    ],
  });
  client = await connect(lantern.urls.jaeger);
});

afterAll(() => client.close());

describe('/mcp', () => {
  it('answers "why did the last order fail?" with two calls of the SDK\'s client', async () => {
    const found = await ask('find_traces', { query: 'status = error and name = "POST /orders"', count: 1 });
    const [id = ''] = /[0-9a-f]{32}/.exec(found.text) ?? [];
    const why = await ask('why_failed', { traceId: id });
    expect(why.text).toContain(
      'Origin: order-service calculate_total failed 70 ms after the start: Payment gateway timeout: Unable to reach provider',
    );
    expect(why.text).toContain('- order-service error: the payment gateway timed out');
    expect(why.text).toContain(`Open: ${lantern.urls.jaeger}/trace/${FAILED}`);
  });

  it('offers read-only tools, described with the instructions in at most 3,000 characters', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    expect(client.getInstructions()).toBe(INSTRUCTIONS);
    const characters = TOOLS.reduce((sum, { description }) => sum + description.length, INSTRUCTIONS.length);
    expect(characters).toBeLessThanOrEqual(3_000);
  });

  it.each([
    ['describe_trace', { traceId: FAILED }, 'Failed first: order-service calculate_total'],
    ['why_slow', { traceId: SOUND }, '- order-service calculate_total: 28 ms (28 %)'],
    ['read_span', { traceId: FAILED, spanId: '0000000000000009' }, '- product = fail_product'],
    ['read_span', { traceId: FAILED, spanId: '0000000000000009', field: 'product' }, 'fail_product'],
    ['search_logs', { query: '{service="order-service"}' }, 'the payment gateway timed out'],
    ['search_logs', { query: 'sum(count_over_time({service="order-service"}[5m]))' }, '{}: 1 at '],
    ['service_map', {}, '- api-gateway → order-service: 2 calls, 1 errors'],
    ['compare', { a: SOUND, b: FAILED }, '- order-service INSERT orders: removed: 18 ms'],
    ['query_metrics', { query: 'vector(3)' }, '- {} 3'],
    ['query_metrics', { query: 'vector(3)', last: '5m' }, '- {} first 3, smallest 3, largest 3, last 3'],
    ['wait_for_trace', { traceId: FAILED, timeoutSeconds: 1 }, 'Failed first: order-service calculate_total'],
  ])('%s answers %j', async (name, args, expected) => {
    const { text, isError } = await ask(name, args);
    expect([isError, text]).toEqual([false, expect.stringContaining(expected)]);
    expect(text.length).toBeLessThanOrEqual(4_001);
  });

  it.each([
    ['find_traces', { query: 'status =' }, 'The query is wrong at character 8: Expected a value'],
    ['find_traces', { last: 'a day' }, '"a day" is not a duration. Use one such as 15m or 24h.'],
    ['why_failed', { traceId: 'xyz' }, '"xyz" is not a trace ID.'],
    ['why_failed', { traceId: traceId(99) }, 'No traces found'],
    ['search_logs', { query: '{service=}' }, 'parse error'],
    ['read_span', { traceId: SOUND, spanId: 'ffff' }, 'has no span ffff'],
  ])('%s says what is wrong with %j', async (name, args, expected) => {
    const { text, isError } = await ask(name, args);
    expect([isError, text]).toEqual([true, expect.stringContaining(expected)]);
  });

  it('rejects requests from pages of other sites and bodies that are no JSON-RPC', async () => {
    const post = (headers: Record<string, string>, body: string) =>
      lantern.jaeger('/mcp', {
        method: 'POST',
        headers: { accept: 'application/json, text/event-stream', ...headers },
        body,
      });
    const foreign = { 'content-type': 'application/json', origin: 'https://evil.example' };
    expect((await post(foreign, '{}')).status).toBe(403);
    expect((await post({ 'content-type': 'application/json' }, 'no json')).status).toBe(400);
    expect((await post({ 'content-type': 'text/plain' }, '{}')).status).toBe(415);
  });

  it('serves the same tools over stdin and stdout with lantern mcp', async () => {
    const stdio = new Client({ name: 'test', version: '1' });
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const hooks = new URL('../../../../tools/source-modules.mjs', import.meta.url).href;
    await stdio.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [
          '--experimental-transform-types',
          '--disable-warning=ExperimentalWarning',
          '--conditions=@lantern/source',
          `--import=${hooks}`,
          ...[main, 'mcp', '--url', lantern.urls.jaeger],
        ],
      }),
    );
    const { tools } = await stdio.listTools();
    expect(tools.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));
    const { content } = await stdio.callTool({ name: 'why_failed', arguments: { traceId: FAILED } });
    expect(JSON.stringify(content)).toContain('Origin: order-service calculate_total failed');
    await stdio.close();
  });

  it('needs the token of the API, and reads with it', async () => {
    const guarded = new RunningLantern({}, { token: 'a-long-token-for-tests' });
    await guarded.start();
    try {
      await expect(connect(guarded.urls.jaeger)).rejects.toThrow();
      const trusted = await connect(guarded.urls.jaeger, { authorization: 'Bearer a-long-token-for-tests' });
      const { content } = await trusted.callTool({ name: 'service_map', arguments: {} });
      expect(content).toEqual([{ type: 'text', text: 'No service sent spans in the last 1h.' }]);
      await trusted.close();
    } finally {
      await guarded.stop();
    }
  });
});
