import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Lantern cannot be started. The message says what to install or to set. */
export class LanternStartError extends Error {
  override readonly name = 'LanternStartError';
}

export interface StartLanternOptions {
  /** Script of Lantern. Default: that of the package `lantern-otel`, from the current folder. */
  readonly script?: string;
  /** Further environment variables of Lantern. */
  readonly env?: Readonly<Record<string, string>>;
  /** Timeout of the start, in milliseconds. Default: 30,000. */
  readonly timeoutMillis?: number;
}

/** Lantern in a process of its own, on free ports, with its data in memory. */
export interface RunningLantern {
  /** URL of the web UI and of the query APIs. */
  readonly url: string;
  /** Variables that the trace tests, and the services that they start, need. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const PORTS = ['JAEGER', 'OTLP', 'OTLP_GRPC', 'LOKI', 'SAMPLING', 'PROMETHEUS'];

/** First version of Node that Lantern runs on. */
const LANTERN_NODE = 24;

/**
 * Starts Lantern. It ends with this process.
 *
 * @throws {LanternStartError}
 */
export const startLantern = async (options: StartLanternOptions = {}): Promise<RunningLantern> => {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < LANTERN_NODE) {
    throw new LanternStartError(
      `Lantern runs on Node ${LANTERN_NODE} or newer, and this is Node ${process.versions.node}: start it beside the tests ` +
        '(npx --package node@24 --package lantern-otel -- lantern) and set LANTERN_URL=http://localhost:16686.',
    );
  }
  const free = Object.fromEntries(PORTS.map((name) => [`LANTERN_${name}_PORT`, '0']));
  const child = fork(options.script ?? lanternScript(), [], {
    // The data folder of a developer's Lantern is not that of the tests.
    env: { ...process.env, LANTERN_DATA_DIR: '', LANTERN_ALLOW_RESET: '1', ...free, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  const urls = await readyUrls(child, options.timeoutMillis ?? 30_000);
  // The tests may end without a teardown; Lantern ends when its channel closes.
  child.unref();
  child.channel?.unref();
  (child.stderr as { unref?: () => void } | null)?.unref?.();
  return {
    url: urls.jaeger ?? '',
    env: {
      LANTERN_URL: urls.jaeger ?? '',
      OTEL_EXPORTER_OTLP_ENDPOINT: urls.otlp ?? '',
      LOKI_URL: urls.loki ?? '',
    },
    stop: () => stop(child),
  };
};

const lanternScript = (): string => {
  const resolve = createRequire(join(process.cwd(), 'package.json'));
  try {
    return join(dirname(resolve.resolve('lantern-otel/package.json')), 'dist', 'lantern.cjs');
  } catch (error) {
    throw new LanternStartError(
      'The package lantern-otel is not installed: npm install --save-dev lantern-otel, or set LANTERN_URL to a running Lantern.',
      { cause: error },
    );
  }
};

const readyUrls = (child: ChildProcess, timeoutMillis: number): Promise<Readonly<Record<string, string>>> =>
  new Promise((resolve, reject) => {
    let output = '';
    child.stderr?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2_000)));
    const fail = (what: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(
        new LanternStartError(`Lantern ${what}.${output === '' ? '' : ` Its output:\n${output.trim()}`}`),
      );
    };
    const timer = setTimeout(() => fail(`was not ready within ${timeoutMillis / 1_000} s`), timeoutMillis);
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => fail(`ended (${code ?? signal ?? ''}) before it was ready`));
    child.on('message', (message: { type?: unknown; urls?: Readonly<Record<string, string>> }) => {
      if (message.type !== 'ready' || message.urls === undefined) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(message.urls);
    });
  });

const STOP_MILLIS = 10_000;

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MILLIS);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.ref();
    child.kill('SIGTERM');
  });
