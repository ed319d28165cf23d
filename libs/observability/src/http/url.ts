import { sensitiveNames } from '../sensitive-names.js';

const mask = 'REDACTED';

/** Splits a request target into path and query (without the `?`), cheaply. */
export function splitTarget(target: string): { path: string; query: string | undefined } {
  const at = target.indexOf('?');
  return at === -1
    ? { path: target, query: undefined }
    : { path: target.slice(0, at), query: target.slice(at + 1) };
}

/**
 * The query with the values of sensitive parameters masked, as
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/#url-query asks.
 */
export function redactQuery(query: string): string {
  if (!query.includes('=')) return query;
  return query
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at > 0 && sensitiveNames.has(decoded(pair.slice(0, at))) ? `${pair.slice(0, at)}=${mask}` : pair;
    })
    .join('&');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * A URL fit for a span or a log line: sensitive query parameters and the user-info are masked. What is no absolute URL
 * is taken for a path with a query.
 */
export function redactUrl(url: string): string {
  const { path, query } = splitTarget(
    url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#@]*@/i, `$1${mask}:${mask}@`),
  );
  return query === undefined ? path : `${path}?${redactQuery(query)}`;
}

/** Host and port of a Host header or authority: `shop:8080`, `[::1]:8080`. */
export function splitHost(authority: string): { host: string; port: number | undefined } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority);
  if (!match) return { host: authority, port: undefined };
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { host, port: match[2] === undefined ? undefined : Number(match[2]) };
}
