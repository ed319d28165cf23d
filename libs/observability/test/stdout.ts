import { stripVTControlCharacters } from 'node:util';
import { flushStdout } from '../src/logging/stdout.js';

/** Captures output to stdout instead of writing it, until stdout is restored. Without colors, which FORCE_COLOR adds. */
export const captureStdout = (): {
  lines: () => string[];
  json: () => Record<string, unknown>[];
  release: () => void;
} => {
  flushStdout();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  const lines = (): string[] => {
    flushStdout();
    return stripVTControlCharacters(text).split('\n').slice(0, -1);
  };
  return {
    lines,
    json: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
    release: () => {
      flushStdout();
      process.stdout.write = write;
    },
  };
};
