import { setting } from '../environment.js';
import type { LogRecord } from './log-record.js';
import { jsonLine, prettyLine } from './log-line.js';

/** `LOG_FORMAT`: `json` or `pretty`; without it, pretty on a terminal and JSON anywhere else. */
export type LogFormat = 'json' | 'pretty';

export function logFormat(env: NodeJS.ProcessEnv): LogFormat {
  const given = setting(env, 'LOG_FORMAT')?.toLowerCase();
  if (given === 'json' || given === 'pretty') return given;
  return process.stdout.isTTY ? 'pretty' : 'json';
}

/** Writes one record to stdout. A reader that has gone away (`| head`) does not bring the process down. */
export function writeToStdout(record: LogRecord, format: LogFormat, json?: string): void {
  const line = format === 'pretty' ? prettyLine(record) : (json ?? jsonLine(record));
  try {
    process.stdout.write(`${line}\n`, ignoreFailure);
  } catch {
    // Nowhere left to say it.
  }
}

// Without a listener, the 'error' event that follows a failed write would be thrown.
function ignoreFailure(error: Error | null | undefined): void {
  if (error && process.stdout.listenerCount('error') === 0) process.stdout.once('error', () => undefined);
}
