import { sensitiveNames } from './sensitive-names.js';

const MASK = 'REDACTED';

/** Splits a request target into path and query (without the `?`), cheaply. */
export const splitTarget = (target: string): { path: string; query: string | undefined } => {
  const at = target.indexOf('?');
  return at === -1
    ? { path: target, query: undefined }
    : { path: target.slice(0, at), query: target.slice(at + 1) };
};

/**
 * The query with the values of secret parameters masked, as
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/#url-query asks. A fragment behind it is a query too:
 * OAuth's implicit flow writes its tokens there.
 */
export const redactQuery = (query: string): string => {
  if (!query.includes('=')) return query;
  return query
    .split(/([&;?#])/)
    .map((part) => {
      const at = part.indexOf('=');
      return at > 0 && sensitiveNames.hasParameter(decoded(part.slice(0, at)))
        ? `${part.slice(0, at)}=${MASK}`
        : part;
    })
    .join('');
};

const decoded = (name: string): string => {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
};

/**
 * The path of a request target with its secret parameters masked (`/cart;jsessionid=1`). A target in absolute form is a
 * whole URL, and a proxy's path may hold one: https://www.rfc-editor.org/rfc/rfc9112#name-absolute-form
 */
export const redactPath = (path: string): string => {
  if (!path.includes(';') && !path.includes('@')) return path;
  return path.startsWith('/') ? maskUserInfo(path.split('/').map(redactQuery).join('/')) : redactUrl(path);
};

/**
 * A URL fit for a span or a log line: secret parameters and the user-info are masked. A value that is no absolute URL
 * is read as a path with a query.
 */
export const redactUrl = (url: string): string => {
  const shown = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, `$1${MASK}:${MASK}@`);
  const at = shown.search(/[?#]/);
  return at === -1 ? shown : `${shown.slice(0, at + 1)}${redactQuery(shown.slice(at + 1))}`;
};

/**
 * The user-info of a URL within a text, a password with a slash included, which no port is. Bounded, so that a long text
 * costs a bounded look for each `://`.
 */
const userInfo = /:\/\/(?:[^\s/?#"'<>`]{0,512}|[^\s/?#"'<>`:]{0,256}:(?!\d{1,5}[/?#])[^\s"'<>`]{0,256})@/g;

const maskUserInfo = (text: string): string =>
  text.includes('@') ? text.replace(userInfo, `://${MASK}:${MASK}@`) : text;

/** A text, such as the message of an error, in which the URLs are masked as {@link redactUrl} does. */
export const redactText = (text: string): string => {
  const shown = maskUserInfo(text);
  return shown.includes('=')
    ? shown.replace(
        /([?#])([^\s"'<>`]+)/g,
        (_match, mark: string, query: string) => mark + redactQuery(query),
      )
    : shown;
};

/**
 * The value of a variable that should be a URL, as a message may show it: scheme, host and path, without the user-info
 * and the query. A value that cannot be read as a URL is hidden if a password may be in it.
 */
export const displayUrl = (value: string): string => {
  if (!URL.canParse(value)) return /[@?#]/.test(value) ? '(hidden)' : value;
  const { protocol, host, pathname, username, password } = new URL(value);
  if (pathname.includes('@')) return '(hidden)';
  return host === ''
    ? `${protocol}${pathname}`
    : `${protocol}//${username + password && '***@'}${host}${pathname}`;
};

/** Host and port of a Host header or authority: `shop:8080`, `[::1]:8080`. */
export const splitHost = (authority: string): { host: string; port: number | undefined } => {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority);
  if (!match) return { host: authority, port: undefined };
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { host, port: match[2] === undefined ? undefined : Number(match[2]) };
};
