import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningLantern } from '../testing/running-lantern.js';

let directory = '';
let lantern: RunningLantern;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lantern-ui-'));
  lantern = new RunningLantern({ uiDirectory: directory });
  await lantern.start();
});

afterAll(async () => {
  await lantern.stop();
  await rm(directory, { recursive: true });
});

describe('Web UI', () => {
  it('The web UI names the build command until it is built, and is served without a restart once it is', async () => {
    const before = await lantern.jaeger('/');
    expect([before.status, before.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(before.text).toContain('npx nx build @lantern/lantern-ui');

    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<title>UI</title>');
    await writeFile(join(directory, 'favicon.svg'), '<svg/>');
    await writeFile(join(directory, 'assets', 'index-3f2a.js'), 'export {};');
    expect((await lantern.jaeger('/')).text).toBe('<title>UI</title>');
  });

  it.each([
    '/',
    '/search?service=a',
    '/trace/4bf9',
    '/a.b/deep/link',
    '/..%2F..%2Fetc%2Fpasswd',
    '/index.html',
  ])('The web UI answers %s with its page, which browsers revalidate each time', async (path) => {
    const answer = await lantern.jaeger(path);
    expect([answer.status, answer.headers.get('cache-control'), answer.text]).toEqual([
      200,
      'no-cache',
      '<title>UI</title>',
    ]);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  });

  it('Browsers may cache assets of the web UI for ever, because their names change with their content', async () => {
    const answer = await lantern.jaeger('/assets/index-3f2a.js');
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'application/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ]);
    expect((await lantern.jaeger('/favicon.svg')).headers.get('content-type')).toBe('image/svg+xml');
  });

  it('A client that accepts gzip gets the compressed asset of the build', async () => {
    await writeFile(join(directory, 'assets', 'index-3f2a.js.gz'), gzipSync('export {};'));
    const plain = await lantern.jaeger('/assets/index-3f2a.js', {
      headers: { 'accept-encoding': 'identity' },
    });
    expect([plain.headers.get('content-encoding'), plain.text]).toEqual([null, 'export {};']);
    const answer = await lantern.jaeger('/assets/index-3f2a.js', { headers: { 'accept-encoding': 'gzip' } });
    expect([
      answer.headers.get('content-encoding'),
      answer.headers.get('content-type'),
      answer.headers.get('cache-control'),
      answer.text,
    ]).toEqual([
      'gzip',
      'application/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
      'export {};',
    ]);
  });

  it.each(['index-old.js', '..%2findex.html', '%00', ''])(
    'A missing asset is not answered with the page: /assets/%s',
    async (name) => {
      const answer = await lantern.jaeger(`/assets/${name}`);
      expect([answer.status, answer.text]).toEqual([404, '404 page not found\n']);
    },
  );

  it.each(['/v1/traces', '/v1/logs', '/search', '/assets/index-3f2a.js'])(
    'An exporter that posts to the port of the web UI is rejected: %s',
    async (path) => {
      const answer = await lantern.jaeger(path, { method: 'POST', body: '{}' });
      expect([answer.status, answer.text]).toEqual([404, '404 page not found\n']);
    },
  );

  it('The web UI may load content of its own origin only', async () => {
    const { headers } = await lantern.jaeger('/');
    expect(headers.get('content-security-policy')).toContain("default-src 'self';");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
