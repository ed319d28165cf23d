import { setting } from '../environment.js';
import type { LogRecord } from './log-record.js';
import { jsonLine, prettyLine } from './log-line.js';

/** `LOG_FORMAT`: `json` or `pretty`; without it, pretty on a terminal and JSON anywhere else. */
export type LogFormat = 'json' | 'pretty';

export const logFormat = (env: NodeJS.ProcessEnv): LogFormat => {
  const given = setting(env, 'LOG_FORMAT')?.toLowerCase();
  if (given === 'json' || given === 'pretty') return given;
  return process.stdout.isTTY ? 'pretty' : 'json';
};

/** How far the reader of stdout may be behind, in characters, before lines are left out; and until when. */
const MAX_BACKLOG = 16 * 1024 * 1024;

let omitted = 0;

/**
 * Writes one record to stdout. A reader that has gone away (`| head`) does not bring the process down, one that stands
 * still does not fill its memory: lines are dropped, which is reported as soon as it has caught up.
 */
export const writeToStdout = (record: LogRecord, format: LogFormat, json?: string): void => {
  const { stdout } = process;
  if (stdout.writableLength > (omitted === 0 ? MAX_BACKLOG : MAX_BACKLOG / 2)) {
    omitted++;
    return;
  }
  if (omitted > 0) {
    const { timestamp, service } = record;
    const message = `${omitted} log lines were left out here: the reader of stdout was too slow`;
    omitted = 0;
    writeToStdout({ timestamp, level: 'warn', message, service, context: 'TraceLogger' }, format);
  }
  const line = format === 'pretty' ? prettyLine(record) : (json ?? jsonLine(record));
  try {
    stdout.write(`${line}\n`, ignoreFailure);
  } catch {
    // No output is left on which to report it.
  }
};

// Without a listener, the 'error' event that follows a failed write would be thrown.
const ignoreFailure = (error: Error | null | undefined): void => {
  if (error && process.stdout.listenerCount('error') === 0) process.stdout.once('error', () => undefined);
};
