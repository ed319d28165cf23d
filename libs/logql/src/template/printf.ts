import { formatGoFloat, goQuote, printGoFloat } from '@lantern/go-syntax';
import { TemplateError, isTime, print, typeName, type TemplateValue } from './value.js';

const VERB = /%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/** @see https://pkg.go.dev/fmt */
export const sprintf = (format: string, args: readonly TemplateValue[], maxLength: number): string => {
  let next = 0;
  let total = 0;
  const text = format.replace(
    VERB,
    (...[, flags, width, precision, verb]: [string, string, string?, string?, string?]) => {
      if (verb === '%') return '%';
      if (next >= args.length) return `%!${verb ?? ''}(MISSING)`;
      const value = args[next++] ?? null;
      const digits = precision === undefined ? undefined : Math.min(Number(precision), 100);
      const body = formatVerb(verb ?? '', value, flags, digits);
      const size = Number(width ?? 0);
      if (size > maxLength || (total += Math.max(size, body.length)) > maxLength) {
        throw new TemplateError(`the text is longer than ${maxLength} characters`);
      }
      if (flags.includes('-')) return body.padEnd(size);
      if (!flags.includes('0') || typeof value === 'string') return body.padStart(size);
      const sign = /^[-+]/.test(body) ? body.charAt(0) : '';
      return sign + body.slice(sign.length).padStart(size - sign.length, '0');
    },
  );
  const extra = args.slice(next).map((value) => `${typeName(value)}=${print(value)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
};

const formatVerb = (
  verb: string,
  value: TemplateValue,
  flags: string,
  digits: number | undefined,
): string => {
  const plus = (text: string) => (flags.includes('+') && !text.startsWith('-') ? `+${text}` : text);
  const bad = () => `%!${verb}(${typeName(value)}=${print(value)})`;
  switch (verb) {
    case 'v':
      return typeof value === 'number' || typeof value === 'bigint'
        ? plus(print(value))
        : value === null
          ? '<nil>'
          : print(value);
    case 's': {
      if (typeof value !== 'string' && !isTime(value) && typeof value !== 'object') return bad();
      const text = value === null ? '%!s(<nil>)' : print(value);
      return digits === undefined ? text : Array.from(text).slice(0, digits).join('');
    }
    case 'q':
      return typeof value === 'string' ? goQuote(value) : bad();
    case 'd':
      return typeof value === 'bigint' ? plus(String(value)) : bad();
    case 't':
      return typeof value === 'boolean' ? String(value) : bad();
    case 'T':
      return typeName(value);
    case 'x':
    case 'X':
    case 'o':
    case 'b': {
      const hex =
        typeof value === 'bigint'
          ? value.toString(verb === 'o' ? 8 : verb === 'b' ? 2 : 16)
          : typeof value === 'string' && (verb === 'x' || verb === 'X')
            ? Array.from(new TextEncoder().encode(value), (byte) => byte.toString(16).padStart(2, '0')).join(
                '',
              )
            : undefined;
      if (hex === undefined) return bad();
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    case 'f':
    case 'F':
      return typeof value === 'number'
        ? plus(Number.isFinite(value) ? toFixed(value, digits ?? 6) : formatGoFloat(value))
        : bad();
    case 'e':
    case 'E': {
      if (typeof value !== 'number') return bad();
      const text = value.toExponential(digits ?? 6).replace(/e([-+])(\d)$/, 'e$10$2');
      return plus(verb === 'E' ? text.toUpperCase() : text);
    }
    case 'g':
    case 'G':
      return typeof value === 'number'
        ? plus(
            digits === undefined
              ? printGoFloat(value)
              : String(Number(value.toPrecision(Math.max(1, digits)))),
          )
        : bad();
    case 'c':
      return typeof value === 'bigint' && value >= 0n && value <= 0x10ffffn
        ? String.fromCodePoint(Number(value))
        : bad();
    default:
      return bad();
  }
};

/** `Number.prototype.toFixed` uses exponents from 1e21. */
const toFixed = (value: number, digits: number): string =>
  Math.abs(value) < 1e21
    ? value.toFixed(digits)
    : formatGoFloat(value) + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
