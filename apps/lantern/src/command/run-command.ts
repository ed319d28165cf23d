import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import type { V3LiveSummaries, V3TraceSummary } from '@lantern/query-api';
import { readConfig } from '../config.js';
import { startLantern } from '../lantern.js';
import { findRunningLantern, type Environment, type RunningEndpoints } from './running-lantern-endpoints.js';
import { UsageError } from './usage-error.js';

/** Time that the last spans of the ended command have to arrive and to be shown. */
const SETTLE_MILLIS = 700;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const REGISTER = '@lantern/observability/register';

/**
 * Runs a command whose spans go to Lantern: `run -- npm test`. Starts a Lantern if none answers, and ends it with the command. Prints a link
 * for each trace to stderr, so that the command's own output stays as it is.
 *
 * @param report prints a line
 * @returns exit code of the command; 128 and the number of the signal that ended it
 * @throws {UsageError}
 * @throws {ListenError} when no Lantern answers, and another process has one of its ports
 */
export const runCommand = async (
  [program, ...args]: readonly string[],
  env: Environment,
  report: (line: string) => void,
): Promise<number> => {
  if (program === undefined) throw new UsageError('Usage: lantern run -- <command>. See --help.');
  const running = await findRunningLantern(env);
  const own = running === undefined ? await startLantern(readConfig(env), { report }) : undefined;
  const endpoints: RunningEndpoints = running ?? {
    ui: own?.urls.jaeger ?? '',
    otlp: own?.urls.otlp ?? '',
    loki: own?.urls.loki ?? '',
  };
  if (own !== undefined) report(`Lantern started: ${endpoints.ui}`);
  const links = new AbortController();
  const stream = await openLive(endpoints.ui, env, report, links.signal);
  const shown = stream && showTraces(stream, endpoints.ui, report);
  try {
    return await exitCodeOf(
      spawn(program, args, {
        stdio: 'inherit',
        env: { ...env, ...variablesFor(endpoints, env) },
        shell: process.platform === 'win32',
      }),
    );
  } finally {
    setTimeout(() => links.abort(), SETTLE_MILLIS);
    await shown;
    await own?.close();
  }
};

/** Environment variables with which the SDKs of OpenTelemetry send to Lantern. What the user has set of the rest stays. */
const variablesFor = ({ otlp, loki }: RunningEndpoints, env: Environment): Record<string, string> => {
  const { LANTERN_TOKEN: token = '', NODE_OPTIONS: nodeOptions = '' } = env;
  const isNest = usesLibrary(process.cwd());
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
    OTEL_EXPORTER_OTLP_PROTOCOL: env.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf',
    OTEL_SERVICE_NAME: env.OTEL_SERVICE_NAME ?? basename(process.cwd()),
    ...(token !== '' && {
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${encodeURIComponent(token)}`,
    }),
    ...(isNest && { LOKI_URL: env.LOKI_URL ?? loki }),
    ...(isNest &&
      !nodeOptions.includes(REGISTER) && { NODE_OPTIONS: `${nodeOptions} --import ${REGISTER}`.trim() }),
  };
};

/** Whether the project in a folder depends on this workspace's library for NestJS and has it installed. */
const usesLibrary = (folder: string): boolean => {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return false;
  try {
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    if (!Object.hasOwn(dependencies, '@lantern/observability')) return false;
    createRequire(manifest).resolve(REGISTER);
    return true;
  } catch {
    // A manifest that cannot be read, or a library that is not installed: the command runs without it.
    return false;
  }
};

/** Passes signals on to the command until it ends. */
const exitCodeOf = async (child: ChildProcess): Promise<number> => {
  const handlers = SIGNALS.map((signal) => {
    // A terminal sends Ctrl-C to the command as well: a second one would tell many programs to end at once.
    const handler = (): void => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (error) {
    // The program was not found, or may not be run: the shell's exit codes.
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'ENOENT'
        ? `The command was not found: ${child.spawnfile}`
        : `${child.spawnfile}: ${String(error)}`,
    );
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
};

/** Opens the stream of arriving traces; undefined, with a report, if that fails: the command runs all the same. */
const openLive = async (
  ui: string,
  { LANTERN_TOKEN: token = '' }: Environment,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | undefined> => {
  try {
    const { ok, status, body } = await fetch(`${ui}/api/v3/lantern/live`, {
      signal,
      ...(token !== '' && { headers: { authorization: `Bearer ${token}` } }),
    });
    if (ok && body !== null) return body;
    report(`Traces are not listed (HTTP ${status}). They are at ${ui}/search.`);
  } catch (error) {
    report(`Traces are not listed (${String(error)}). They are at ${ui}/search.`);
  }
  return undefined;
};

/** Prints a link to each trace when its root has arrived, until the stream ends. */
const showTraces = async (
  stream: ReadableStream<Uint8Array>,
  ui: string,
  report: (line: string) => void,
): Promise<void> => {
  const printed = new Set<string>();
  let text = '';
  try {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const trace of blocks.flatMap(tracesOf)) {
        if (trace.rootOperationName === '' || printed.has(trace.traceId)) continue;
        printed.add(trace.traceId);
        report(lineOf(trace, ui));
      }
    }
  } catch {
    // The stream was aborted with the end of the command, or Lantern has stopped.
  }
};

const tracesOf = (block: string): readonly V3TraceSummary[] => {
  const [, data] = /^event: summaries\ndata: (.*)$/m.exec(block) ?? [];
  return data === undefined ? [] : (JSON.parse(data) as V3LiveSummaries).summaries;
};

const lineOf = (trace: V3TraceSummary, ui: string): string => {
  const millis = Number(BigInt(trace.maxEndTimeUnixNano) - BigInt(trace.minStartTimeUnixNano)) / 1e6;
  const errors = trace.errorSpanCount === 0 ? '' : `, ${trace.errorSpanCount} errors`;
  return `${trace.rootServiceName} ${trace.rootOperationName}: ${millis.toFixed(1)} ms, ${trace.spanCount} spans${errors}  ${ui}/trace/${trace.traceId}`;
};
