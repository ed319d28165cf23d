import { goUnquote } from '@lantern/go-syntax';

/**
 * Returns the value of a Go string literal in double quotes or backticks, quotes included.
 *
 * @returns undefined for an escape that Go does not have
 * @see https://go.dev/ref/spec#String_literals
 */
export const unquote = (literal: string): string | undefined =>
  // Go drops carriage returns from raw strings.
  literal.startsWith('`') ? literal.slice(1, -1).replaceAll('\r', '') : goUnquote(literal);
