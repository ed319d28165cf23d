import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { LokiTailFrame } from '@lantern/query-api';
import { WebSocket } from 'ws';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

const T = '1767225600123456789';

const CATEGORIZED = { headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' } };

/** Returns the values of one key of structured metadata for all lines of a query, oldest first. */
const valuesOf = async (query: string, key: string): Promise<(string | undefined)[]> => {
  const { json } = await lantern.queryLogs(query, { direction: 'forward' }, CATEGORIZED);
  const { data } = json() as {
    data: { result: { values: [string, string, { structuredMetadata?: Record<string, string> }][] }[] };
  };
  return data.result.flatMap(({ values }) =>
    values.map(([, , { structuredMetadata }]) => structuredMetadata?.[key]),
  );
};

describe('log lines that differ only in structured metadata', () => {
  it('are all kept when they are pushed to Loki, and a retried push adds nothing', async () => {
    const push = {
      streams: [
        {
          stream: { app: 'dedup' },
          values: [
            [T, 'cache miss', { trace_id: 'a', key: '1' }],
            [T, 'cache miss', { trace_id: 'b', key: '2' }],
            [T, 'cache miss', { trace_id: 'a', key: '3' }],
          ],
        },
      ],
    };
    for (let sent = 0; sent < 2; sent++) expect((await lantern.push(push)).status).toBe(204);
    expect(await valuesOf('{app="dedup"}', 'key')).toEqual(['1', '2', '3']);
    expect(await valuesOf('{app="dedup"} | trace_id="a"', 'key')).toEqual(['1', '3']);
  });

  it('are all kept when they are OpenTelemetry log records with one body, and a retried request adds nothing', async () => {
    const keys = Array.from({ length: 50 }, (_, n) => String(n));
    const request = {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'dedup-otlp' } }] },
          scopeLogs: [
            {
              scope: { name: 'cache' },
              logRecords: keys.map((key) => ({
                timeUnixNano: T,
                body: { stringValue: 'cache miss' },
                attributes: [{ key: 'key', value: { stringValue: key } }],
              })),
            },
          ],
        },
      ],
    };
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    };
    for (let sent = 0; sent < 2; sent++) expect((await lantern.otlp('/v1/logs', init)).status).toBe(200);
    expect(await valuesOf('{service_name="dedup-otlp"}', 'key')).toEqual(keys);
  });

  it('are all tailed once, also when their push is retried', async () => {
    const query = new URLSearchParams({ query: '{app="dedup-tail"}' }).toString();
    const socket = new WebSocket(
      `${lantern.urls.loki.replace('http', 'ws')}/loki/api/v1/tail?${query}`,
      CATEGORIZED,
    );
    await once(socket, 'open');
    const keys: (string | undefined)[] = [];
    socket.on('message', (data: Buffer) => {
      for (const { values } of (JSON.parse(data.toString()) as LokiTailFrame).streams)
        for (const [, , categories] of values) keys.push(categories?.structuredMetadata?.key);
      if (keys.includes('last')) socket.emit('lastLine');
    });
    const lastLine = once(socket, 'lastLine');
    const push = (...pushed: readonly string[]) =>
      lantern.push({
        streams: [{ stream: { app: 'dedup-tail' }, values: pushed.map((key) => [T, 'cache miss', { key }]) }],
      });
    for (let sent = 0; sent < 2; sent++) await push('1', '2', '3');
    await push('2', 'last');
    await lastLine;
    expect(keys).toEqual(['1', '2', '3', 'last']);
    socket.close();
    await once(socket, 'close');
  });
});

describe('log lines of the same nanosecond', () => {
  it('are returned in the order of arrival, or its reverse, over any number of pushes', async () => {
    const texts = Array.from({ length: 30 }, (_, n) => `line ${n}`);
    for (let from = 0; from < texts.length; from += 7) {
      const values = texts.slice(from, from + 7).map((text) => [T, text]);
      await lantern.push({ streams: [{ stream: { app: 'moment' }, values }] });
    }
    const textsOf = async (params: Record<string, string>) => {
      const { json } = await lantern.queryLogs('{app="moment"}', params);
      const { data } = json() as { data: { result: { values: [string, string][] }[] } };
      return data.result.flatMap(({ values }) => values.map(([, text]) => text));
    };
    expect(await textsOf({ direction: 'forward' })).toEqual(texts);
    expect(await textsOf({ direction: 'backward' })).toEqual(texts.toReversed());
    expect(await textsOf({ direction: 'forward', limit: '10' })).toEqual(texts.slice(0, 10));
    expect(await textsOf({ direction: 'backward', limit: '10' })).toEqual(texts.toReversed().slice(0, 10));
  });
});
