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

/** Number of lines in one turn of the event loop that are written one by one. */
const MAX_SINGLE_LINES = 32;

/** Size, in characters, at which gathered lines are written although the turn goes on. */
const MAX_GATHERED = 16 * 1024;

let omitted = 0;
let gathered = '';
let linesOfTurn = 0;
let turnEnd: NodeJS.Immediate | undefined;

/**
 * Writes one record to stdout. A reader that has gone away (`| head`) does not bring the process down, one that stands
 * still does not fill its memory: lines are dropped, which is reported as soon as it has caught up.
 *
 * A line is written at once, so that the last line before a crash or an endless loop is seen. Two kinds of lines share a
 * write at the end of the turn: those that may wait, and those of a loop that writes many in one turn, because Node keeps
 * the request of each write until the turn ends.
 *
 * @param mayWait whether the line may be written at the end of this turn of the event loop
 */
export const writeToStdout = (record: LogRecord, format: LogFormat, json?: string, mayWait = false): void => {
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
  gathered += `${line}\n`;
  linesOfTurn++;
  turnEnd ??= setImmediate(endTurn);
  const isSingle = !mayWait && linesOfTurn <= MAX_SINGLE_LINES;
  if (isSingle || gathered.length >= MAX_GATHERED) flushStdout();
};

/** Writes the gathered lines. */
export const flushStdout = (): void => {
  if (gathered === '') return;
  const text = gathered;
  gathered = '';
  try {
    process.stdout.write(text, ignoreFailure);
  } catch {
    // No output is left on which to report it.
  }
};

const endTurn = (): void => {
  turnEnd = undefined;
  linesOfTurn = 0;
  flushStdout();
};

// The turn of a process that ends has no end: an uncaught exception, `process.exit()`.
process.on('exit', flushStdout);

// Without a listener, the 'error' event that follows a failed write would be thrown.
const ignoreFailure = (error: Error | null | undefined): void => {
  if (error && process.stdout.listenerCount('error') === 0) process.stdout.once('error', () => undefined);
};
