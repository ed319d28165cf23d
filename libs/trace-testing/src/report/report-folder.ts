import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { TestTrace } from '../trace/test-trace.js';
import { reportPage } from './report-page.js';

/** Keeps the trace of a failed assertion, and returns the line of the failure that says where. */
export type ReportFailure = (trace: TestTrace, failure: string) => string | undefined;

const DEFAULT_FOLDER = join('test-results', 'traces');
const EXTENSION = '.trace.html';

/** Value of `LANTERN_REPORT_DIR` that disables the reports. */
const DISABLED = 'off';

/** Maximum number of reports in a folder. The oldest are deleted, so that repeated runs do not fill the disk. */
const MAX_REPORTS = 100;

/** Failures by trace: each one is in the report of its trace. */
const failuresOf = new WeakMap<TestTrace, string[]>();

/** Writes the trace of a failed assertion as one HTML file. A folder that cannot be written fails no test. */
export const writeReport: ReportFailure = (trace, failure) => {
  const folder = setting('LANTERN_REPORT_DIR') ?? DEFAULT_FOLDER;
  if (folder === DISABLED || trace.spans.length === 0) return undefined;
  const failures = [...(failuresOf.get(trace) ?? []), failure];
  failuresOf.set(trace, failures);
  const path = resolve(folder, `${slugOf(trace.name ?? 'trace')}-${trace.traceId.slice(0, 8)}${EXTENSION}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, reportPage(trace, failures));
    deleteOldest(folder);
  } catch (error) {
    return `Report: could not be written: ${(error as Error).message}`;
  }
  const shown = relative(process.cwd(), path);
  return `Report: ${shown.startsWith('..') ? path : shown}`;
};

/** Shells set variables to the empty string, which counts as unset. */
const setting = (variable: string): string | undefined => {
  const value = process.env[variable];
  return value === '' ? undefined : value;
};

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60) || 'trace';

const deleteOldest = (folder: string): void => {
  const reports = readdirSync(folder).filter((name) => name.endsWith(EXTENSION));
  if (reports.length <= MAX_REPORTS) return;
  const withTimes = reports.flatMap((name) => {
    const path = join(folder, name);
    // A parallel worker may have deleted it.
    const status = statSync(path, { throwIfNoEntry: false });
    return status === undefined ? [] : [{ path, time: status.mtimeMs }];
  });
  withTimes.sort((a, b) => a.time - b.time);
  for (const { path } of withTimes.slice(0, -MAX_REPORTS)) rmSync(path, { force: true });
};
