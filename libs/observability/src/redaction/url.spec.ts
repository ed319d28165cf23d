import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { displayUrl, redactPath, redactQuery, redactText, redactUrl, splitHost, splitTarget } from './url.js';

describe('a URL as a span may show it', () => {
  it.each([
    ['a=1&b=2', 'a=1&b=2'],
    ['token=abc', 'token=REDACTED'],
    ['q=1&X-Goog-Signature=abc&sig=x', 'q=1&X-Goog-Signature=REDACTED&sig=REDACTED'],
    ['%74oken=abc', '%74oken=REDACTED'],
    ['token', 'token'],
    ['code=abc&state=xyz', 'code=REDACTED&state=xyz'],
    ['user=1&pass=abc', 'user=1&pass=REDACTED'],
    ['key=abc', 'key=REDACTED'],
    ['user[pass]=abc&page[size]=2', 'user[pass]=REDACTED&page[size]=2'],
    ['token[0]=abc', 'token[0]=REDACTED'],
    ['page=2;otp=123456', 'page=2;otp=REDACTED'],
    ['page=2#access_token=abc&state=1', 'page=2#access_token=REDACTED&state=1'],
    ['postcode=12345&keyword=lamp&encoding=gzip', 'postcode=12345&keyword=lamp&encoding=gzip'],
    ['%E0%A4%A=1', '%E0%A4%A=1'],
    ['', ''],
  ])('The query "%s" is redacted', (query, redacted) => {
    expect(redactQuery(query)).toBe(redacted);
  });

  it('The value of a secret parameter is never shown', () => {
    const noise = fc.string().map((text) => encodeURIComponent(text.toWellFormed()));
    fc.assert(
      fc.property(noise, noise, (before, after) => {
        const query = `${before}&client_secret=hunter2&${after}`;
        expect(redactQuery(query)).not.toContain('hunter2');
      }),
    );
  });

  it.each([
    ['https://a:1/x?api_key=1&y=2', 'https://a:1/x?api_key=REDACTED&y=2'],
    ['https://user:pass@a/x', 'https://REDACTED:REDACTED@a/x'],
    ['https://a/x@y?z=@', 'https://a/x@y?z=@'],
    ['/x?token=1', '/x?token=REDACTED'],
    ['https://a/back#id_token=1&page=2', 'https://a/back#id_token=REDACTED&page=2'],
  ])('A full URL is redacted: %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });

  it.each([
    ['/cart;jsessionid=abc/items', '/cart;jsessionid=REDACTED/items'],
    ['/@me/orders', '/@me/orders'],
    ['http://user:pass@shop/orders', 'http://REDACTED:REDACTED@shop/orders'],
    ['/orders', '/orders'],
  ])('A path is redacted: %s', (path, redacted) => {
    expect(redactPath(path)).toBe(redacted);
  });

  it.each([
    ['connect to https://user:pass@a/x failed', 'connect to https://REDACTED:REDACTED@a/x failed'],
    ["Invalid URL: 'http://user:pa/ss@a'", "Invalid URL: 'http://REDACTED:REDACTED@a'"],
    ['Cannot GET /callback?code=abc&page=2', 'Cannot GET /callback?code=REDACTED&page=2'],
    ['{"url":"/x?otp=1","key=":2}', '{"url":"/x?otp=REDACTED","key=":2}'],
    ['http://localhost:8080/users/@me', 'http://localhost:8080/users/@me'],
    [
      'at file:///shop/node_modules/@nestjs/core/x.js:1:2',
      'at file:///shop/node_modules/@nestjs/core/x.js:1:2',
    ],
    ['a = b ? c : d', 'a = b ? c : d'],
  ])('URLs within a text are redacted: %s', (text, redacted) => {
    expect(redactText(text)).toBe(redacted);
  });

  it.each([
    ['http://loki:3100', 'http://loki:3100/'],
    ['http://user:secret@loki:3100/push?token=secret#secret', 'http://***@loki:3100/push'],
    ['http://user:secret@loki:port', '(hidden)'],
    ['http://user:sec/ret@loki:3100', '(hidden)'],
    ['http://user:80/secret@loki:3100', '(hidden)'],
    ['user:secret@loki:3100', '(hidden)'],
    ['loki/push?token=secret', '(hidden)'],
    ['localhost:3100', 'localhost:3100'],
    ['not a url', 'not a url'],
  ])('A URL in a variable is redacted: %s', (value, shown) => {
    expect(displayUrl(value)).toBe(shown);
  });

  it('A URL is redacted in time linear in its length', () => {
    const hostile = ['://', '://a:', '?', '=', '@', 'a:b'].map((part) => part.repeat(20_000)).join('');
    expect(redactText(hostile).length).toBeGreaterThan(0);
  });

  it('The parts of a URL are redacted', () => {
    expect(splitTarget('/a?b?c')).toEqual({ path: '/a', query: 'b?c' });
    expect(splitTarget('*')).toEqual({ path: '*', query: undefined });
  });

  it.each([
    ['shop', { host: 'shop', port: undefined }],
    ['shop:8080', { host: 'shop', port: 8080 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['[::1]', { host: '::1', port: undefined }],
    ['odd:port:1', { host: 'odd:port:1', port: undefined }],
  ])('The authority %s is redacted', (authority, parts) => {
    expect(splitHost(authority)).toEqual(parts);
  });
});
