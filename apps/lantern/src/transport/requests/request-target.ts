import type { IncomingMessage } from 'node:http';

const ABSOLUTE_FORM = /^https?:\/\/([^/?#\\]*)(.*)$/is;
const UNRESERVED = /[\w.~-]/;
const BROKEN_TRIPLET = /%(?![0-9a-f]{2})/i;

/**
 * Returns the one form of a request target that routing, authentication and handlers see:
 *
 * - the absolute form loses its scheme and authority, and a fragment is removed;
 * - characters that no URI may hold are percent-encoded, a backslash too, so that it separates no segments;
 * - percent-encoded unreserved characters are decoded, every other triplet is in upper case;
 * - empty segments and dot segments are removed, as Go's `ServeMux` does.
 *
 * A path with a broken triplet keeps every triplet as it is, and the router rejects it: decoding `%2%65` once would make
 * `%2e`, which the router would decode again.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
 */
export const normalizeTarget = (target: string): string => {
  const [, , originForm = target] = ABSOLUTE_FORM.exec(target) ?? [];
  const [withoutFragment = ''] = originForm.split('#', 1);
  // Node hands over the bytes of the request line as Latin-1.
  const encoded = withoutFragment.replace(/[^\x21-\x7e]|[\\"<>^`{|}]/g, percentEncode);
  const question = encoded.indexOf('?');
  const path = question < 0 ? encoded : encoded.slice(0, question);
  // The asterisk form has no path.
  if (path === '*') return path;
  return normalizePath(path) + (question < 0 ? '' : encoded.slice(question));
};

/** Normalizes the target of a request in place, for Fastify's `rewriteUrl`. */
export const rewriteTarget = (request: IncomingMessage): string => {
  const target = request.url ?? '/';
  const [, authority] = ABSOLUTE_FORM.exec(target) ?? [];
  // The authority of the absolute form replaces `Host`: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
  if (authority !== undefined) request.headers.host = authority;
  return normalizeTarget(target);
};

const percentEncode = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

const normalizeTriplet = (triplet: string): string => {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
  return UNRESERVED.test(character) ? character : triplet.toUpperCase();
};

const normalizePath = (path: string): string => {
  const decoded = BROKEN_TRIPLET.test(path) ? path : path.replace(/%[0-9a-f]{2}/gi, normalizeTriplet);
  const segments: string[] = [];
  const parts = decoded.split('/');
  for (const part of parts) {
    if (part === '..') segments.pop();
    else if (part !== '' && part !== '.') segments.push(part);
  }
  const isFolder = ['', '.', '..'].includes(parts.at(-1) ?? '');
  return `/${segments.join('/')}${isFolder && segments.length > 0 ? '/' : ''}`;
};
