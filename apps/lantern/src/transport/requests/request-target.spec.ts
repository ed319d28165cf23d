import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { useLantern } from '../../testing/running-lantern.js';
import { normalizeTarget } from './request-target.js';

describe('a request target', () => {
  it.each([
    ['/api/services', '/api/services'],
    ['/api/traces/?service=a//b/../c#top', '/api/traces/?service=a//b/../c'],
    ['//x/ready', '/x/ready'],
    ['//[/', '/[/'],
    ['/api//traces///1', '/api/traces/1'],
    ['/api/./traces/../services/.', '/api/services/'],
    ['/../../ready', '/ready'],
    ['/api/%2e%2E/ready', '/ready'],
    ['/%72eady', '/ready'],
    ['/api/services/a%2fb%5c%c3%a9/operations', '/api/services/a%2Fb%5C%C3%A9/operations'],
    ['/api/services/a%252e/operations', '/api/services/a%252e/operations'],
    ['/api/traces/1\\..\\..\\ready', '/api/traces/1%5C..%5C..%5Cready'],
    ['/a b\x00"<>`{|}^?q={a="b"}', '/a%20b%00%22%3C%3E%60%7B%7C%7D%5E?q=%7Ba=%22b%22%7D'],
    ['/gr\xc3\xb6\xc3\x9fe', '/gr%C3%B6%C3%9Fe'],
    ['http://lantern:3100/ready?a=1', '/ready?a=1'],
    ['HTTPS://lantern', '/'],
    ['/%zz', '/%zz'],
    ['/%a%41', '/%a%41'],
    ['/%2%65%2%65/ready', '/%2%65%2%65/ready'],
    ['*', '*'],
    ['', '/'],
  ])('%j is normalized to %j', (target, normalized) => {
    expect(normalizeTarget(target)).toBe(normalized);
  });

  it('is normalized once: normalizing the result changes nothing', () => {
    const targets = fc
      .array(
        fc.constantFrom(
          '/',
          '\\',
          '.',
          '..',
          '%2e',
          '%2F',
          '%5c',
          '%',
          '%41',
          '%65',
          '2',
          'a',
          '?',
          '#',
          ' ',
          'é',
          ':',
        ),
      )
      .map((parts) => `/${parts.join('')}`);
    fc.assert(
      fc.property(targets, (target) => {
        const normalized = normalizeTarget(target);
        expect(normalized).toMatch(/^\/(?!\/)[\x21-\x7e]*$/);
        expect(normalizeTarget(normalized)).toBe(normalized);
      }),
    );
  });
});

const TOKEN = 'a-secret-of-many-letters';
const lantern = useLantern({}, { token: TOKEN, host: '127.0.0.1' });

/** Sends the target as it is: `fetch` would normalize it. */
const statusOf = async (url: string, target: string, headers = ''): Promise<string> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`, 'latin1');
  let answer = '';
  socket.on('data', (data: string) => (answer += data));
  await once(socket, 'close');
  return answer.slice('HTTP/1.1 '.length).replace(/\r\n[^]*\r\n\r\n/, ' ');
};

describe('a Lantern with a token', () => {
  it.each([
    '/api/traces/1\\..\\..\\..\\ready',
    '/api/traces/1/..\\..\\ready',
    '//x/ready',
    '//ready/../loki/api/v1/labels',
    '//[/',
    '/loki/api/v1/labels/%2e%2e/labels',
    'http://localhost/loki/api/v1/labels',
  ])('authenticates %s by the path that is routed, in the format of the port', async (target) => {
    expect(await statusOf(lantern.urls.loki, target)).toMatch(/^401 Unauthorized a token is needed/);
    expect(await statusOf(lantern.urls.jaeger, target)).toMatch(/^401 Unauthorized .*a token is needed/);
    expect(await statusOf(lantern.urls.otlp, target)).toMatch(/^401 Unauthorized .*a token is needed/);
  });

  it.each(['/ready', '//ready', '/x/../ready', '/%72eady', 'http://localhost/ready'])(
    'answers a probe at %s, which is the same path',
    async (target) => {
      expect(await statusOf(lantern.urls.loki, target)).toMatch(/^200 OK ready/);
    },
  );

  it.each(['/%zz', '//%', '/api/traces/%ff', '/api/..%2f%'])(
    'rejects %s on every port alike, since its percent-encoding is broken',
    async (target) => {
      for (const port of ['otlp', 'jaeger', 'loki', 'sampling'] as const) {
        expect(await statusOf(lantern.urls[port], target, `Authorization: Bearer ${TOKEN}\r\n`)).toBe(
          '400 Bad Request 400 Bad Request: the path cannot be read\n',
        );
      }
    },
  );

  it('takes the host of an absolute target for the Host header', async () => {
    expect(await statusOf(lantern.urls.loki, 'http://evil.example/ready')).toMatch(/^403 /);
  });
});
