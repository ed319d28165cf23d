import { request } from 'node:http';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

beforeAll(() =>
  lantern.send(
    resourceSpans(
      'web',
      ...Array.from({ length: 50 }, (_, n) => span({ traceId: traceId(1), spanId: spanId(n + 1) })),
    ),
  ),
);

/** `fetch` would undo the compression. */
const get = (path: string, encoding?: string): Promise<{ encoding: string | undefined; body: Buffer }> =>
  new Promise((resolve, reject) => {
    const headers = encoding === undefined ? {} : { 'accept-encoding': encoding };
    request(lantern.urls.jaeger + path, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () =>
          resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) }),
        );
    })
      .once('error', reject)
      .end();
  });

describe('a large answer', () => {
  it.each(['gzip', 'br, gzip;q=0.5', 'deflate,gzip', '*'])('is compressed for %j', async (accepted) => {
    const plain = await get('/api/traces/1');
    const { encoding, body } = await get('/api/traces/1', accepted);
    expect([plain.encoding, encoding]).toEqual([undefined, 'gzip']);
    expect(gunzipSync(body)).toEqual(plain.body);
    expect(body.length).toBeLessThan(plain.body.length / 5);
  });

  it.each(['zstd', 'gzip, deflate, br, zstd', 'zstd;q=0.5, gzip', '*, zstd'])(
    'is compressed with zstd for %j, which is quicker and smaller',
    async (accepted) => {
      const plain = await get('/api/traces/1');
      const { encoding, body } = await get('/api/traces/1', accepted);
      expect(encoding).toBe('zstd');
      expect(zstdDecompressSync(body)).toEqual(plain.body);
    },
  );

  it.each(['gzip, zstd;q=0', 'zstd;q=0.000, *'])(
    'is not compressed with what %j refuses',
    async (accepted) => {
      expect((await get('/api/traces/1', accepted)).encoding).toBe('gzip');
    },
  );

  it.each([undefined, 'identity', 'br', 'gzip;q=0', 'gzip;q=0.0, br', 'xgzip', '*, gzip;q=0'])(
    'stays as it is for %j',
    async (accepted) => {
      expect((await get('/api/traces/1', accepted)).encoding).toBeUndefined();
    },
  );
});

describe('a small answer', () => {
  it('stays as it is', async () => {
    expect((await get('/api/services', 'gzip')).encoding).toBeUndefined();
  });
});
