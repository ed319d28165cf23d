import { maskSecrets } from './sensitive/secrets.js';

const MAX_LENGTH = 80;

/**
 * Formats a name of a span, service or attribute for a sentence: in backticks, on one line, without
 * secrets, and not longer than 80 characters.
 */
export const codeText = (name: string): string => {
  const line = maskSecrets(name.slice(0, 1_000))
    .replaceAll(/[\s\p{C}`]+/gu, ' ')
    .trim();
  const short = line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
  return `\`${short === '' ? 'unnamed' : short}\``;
};
