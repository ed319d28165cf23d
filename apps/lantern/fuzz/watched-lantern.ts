import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Base URL of each port of Lantern. */
export interface Urls {
  readonly otlp: string;
  readonly otlpGrpc: string;
  readonly jaeger: string;
  readonly loki: string;
  readonly prometheus: string;
  readonly sampling: string;
}

/** Resource usage of the process since the previous query. */
export interface Usage {
  /** CPU time of the longest turn of the event loop: no request is looked at during a turn. */
  readonly longestTurnMillis: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  /** User and system time since the start. */
  readonly cpuSeconds: number;
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const WATCHED = new URL('watched.mjs', import.meta.url).href;
const HOOKS = new URL('../../../tools/source-modules.mjs', import.meta.url).href;

/** Lantern in a child process whose resource usage is monitored. */
export class WatchedLantern {
  /** Text written to standard error, truncated at its start when it is long. */
  output = '';
  /** Reason for the end of the process; undefined while it runs. */
  ending: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    readonly urls: Urls,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.output = (this.output + text).slice(-20_000);
    });
    child.once('exit', (code, signal) => {
      this.ending = signal ?? `exit code ${code}`;
    });
  }

  /** @param heapMebibytes limit on the heap; undefined for what Node takes */
  static async start(
    heapMebibytes: number | undefined,
    env: Readonly<Record<string, string>> = {},
  ): Promise<WatchedLantern> {
    const child = fork(MAIN, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [
        ...(heapMebibytes === undefined ? [] : [`--max-old-space-size=${heapMebibytes}`]),
        '--max-semi-space-size=8',
        '--experimental-transform-types',
        '--disable-warning=ExperimentalWarning',
        '--conditions=@lantern/source',
        `--import=${HOOKS}`,
        `--import=${WATCHED}`,
      ],
      env: {
        PATH: process.env.PATH,
        ...Object.fromEntries(
          ['OTLP', 'OTLP_GRPC', 'JAEGER', 'LOKI', 'PROMETHEUS', 'SAMPLING'].map((name) => [
            `LANTERN_${name}_PORT`,
            '0',
          ]),
        ),
        ...env,
      },
    });
    const { urls } = await messageOf<{ readonly urls: Urls }>(child, 'ready');
    return new WatchedLantern(child, urls);
  }

  /** Rejects when the process has ended. Waits while its event loop is held up. */
  async usage(): Promise<Usage> {
    const answer = messageOf<Usage>(this.child, 'usage');
    this.child.send({ type: 'usage' }, () => undefined);
    return answer;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async kill(): Promise<void> {
    if (this.ending !== undefined) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

const messageOf = <Message>(child: ChildProcess, type: string): Promise<Message> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    const onMessage = (message: unknown): void => {
      if ((message as { type?: unknown }).type !== type) return;
      stop();
      resolve(message as Message);
    };
    const onExit = (): void => {
      stop();
      reject(new Error('Lantern has ended'));
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
    if (child.exitCode !== null || child.signalCode !== null) onExit();
  });
