import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { captureStdout } from '../../test/stdout.js';
import { writeToStdout } from './stdout.js';

let stdout: ReturnType<typeof captureStdout>;

/** How many characters stdout's reader has not taken yet. */
const behind = (characters: number): void => {
  Object.defineProperty(process.stdout, 'writableLength', { value: characters, configurable: true });
};

const write = (message: string): void => {
  writeToStdout({ timestamp: '2026-11-22T10:00:00.000000Z', level: 'info', message, service: 's' }, 'json');
};

beforeEach(() => {
  stdout = captureStdout();
});
afterEach(() => {
  stdout.release();
  Reflect.deleteProperty(process.stdout, 'writableLength');
});

describe('stdout', () => {
  it('Stdout gets no more lines while its reader does not read, and the number of skipped lines when it reads again', () => {
    const megabyte = 1024 * 1024;
    behind(15 * megabyte);
    write('one');
    behind(17 * megabyte);
    write('two');
    // Not with each line that the reader takes.
    behind(12 * megabyte);
    write('three');
    behind(7 * megabyte);
    write('four');
    write('five');
    expect(stdout.json().map(({ level, message }) => `${String(level)}: ${String(message)}`)).toEqual([
      'info: one',
      'warn: 2 log lines were left out here: the reader of stdout was too slow',
      'info: four',
      'info: five',
    ]);
  });
});
