import { formatCounted } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import { isSecretName } from '../sensitive/secret-names.js';
import { findSecret, isMasked } from '../sensitive/secrets.js';

/**
 * Finds URLs with a password, or with a secret in their query. OpenTelemetry's conventions ask instrumentations to redact
 * both.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span (`url.full`)
 */
export const detectSensitiveUrls: Detector = (facts) => {
  const found = new Map<string, number[]>();
  for (const [row, fields] of facts.fields.entries()) {
    const url = fields.text('url') ?? fields.text('path') ?? '';
    const query = fields.text('query');
    if (query === undefined && !url.includes('?') && !url.includes('@')) continue;
    const what = secretOf(query === undefined ? url : `${url}?${query}`);
    if (what === undefined) continue;
    const rows = found.get(what);
    if (rows === undefined) found.set(what, [row]);
    else rows.push(row);
  }
  return [...found].map(([what, rows]): Detection => ({
    kind: 'sensitive-url',
    share: 0,
    rows,
    text: `The URL of ${formatCounted(rows.length, 'span')} in ${codeText(facts.service(rows[0] ?? 0))} contains ${what}.`,
  }));
};

const secretOf = (url: string): string | undefined => {
  const queryAt = url.indexOf('?');
  for (const pair of queryAt === -1 ? [] : url.slice(queryAt + 1).split(/[&?;]/)) {
    const equals = pair.indexOf('=');
    if (equals === -1) continue;
    const key = pair.slice(0, equals);
    const value = decode(pair.slice(equals + 1));
    if (value.length < 4 || isMasked(value)) continue;
    if (isSecretName(key)) return `the parameter ${codeText(key)}`;
    const secret = findSecret(value);
    if (secret !== undefined) return `${secret} in the parameter ${codeText(key)}`;
  }
  return findSecret(queryAt === -1 ? url : url.slice(0, queryAt));
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
