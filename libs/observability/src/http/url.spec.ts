import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactQuery, redactUrl, splitHost, splitTarget } from './url.js';

describe('a URL as a span may show it', () => {
  it.each([
    ['a=1&b=2', 'a=1&b=2'],
    ['token=abc', 'token=REDACTED'],
    ['q=1&X-Goog-Signature=abc&sig=x', 'q=1&X-Goog-Signature=REDACTED&sig=REDACTED'],
    ['%74oken=abc', '%74oken=REDACTED'],
    ['token', 'token'],
    ['%E0%A4%A=1', '%E0%A4%A=1'],
    ['', ''],
  ])('its query "%s"', (query, redacted) => {
    expect(redactQuery(query)).toBe(redacted);
  });

  it('never shows the value of a secret parameter', () => {
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
  ])('in full: %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });

  it('its parts', () => {
    expect(splitTarget('/a?b?c')).toEqual({ path: '/a', query: 'b?c' });
    expect(splitTarget('*')).toEqual({ path: '*', query: undefined });
  });

  it.each([
    ['shop', { host: 'shop', port: undefined }],
    ['shop:8080', { host: 'shop', port: 8080 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['[::1]', { host: '::1', port: undefined }],
    ['odd:port:1', { host: 'odd:port:1', port: undefined }],
  ])('its authority %s', (authority, parts) => {
    expect(splitHost(authority)).toEqual(parts);
  });
});
