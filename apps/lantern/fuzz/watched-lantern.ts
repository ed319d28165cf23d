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

/** Turn of the event loop. Lantern reads no request during a turn. */
export interface LoopTurn {
  /** Start and end, in microseconds of the system's monotonic clock. */
  readonly start: number;
  readonly end: number;
  /** Wall time without {@link waitedMillis}: includes the time for which the thread waits for a disk. */
  readonly heldMillis: number;
  /**
   * Time for which the thread, or a helper thread that it waited for, was ready to run and no core was free: a busy
   * machine is not Lantern's fault.
   */
  readonly waitedMillis: number;
  readonly cpuMillis: number;
}

/** Resource usage of the process since the previous query. */
export interface Usage {
  /** Longest turn, by {@link LoopTurn.heldMillis}. */
  readonly longestTurn: LoopTurn;
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

  /**
   * @param heapMebibytes limit on the heap; undefined for Node's default
   * @param env settings, and `LANTERN_WATCH_PROFILE=1` for a profiler
   */
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

  /** Returns the most frequent call stacks of a turn, if Lantern was started with a profiler. Ends the profile. */
  async profileOf({ start, end }: LoopTurn): Promise<readonly string[]> {
    const answer = messageOf<{ readonly stacks: readonly string[] }>(this.child, 'profile');
    this.child.send({ type: 'profile', start, end }, () => undefined);
    return (await answer).stacks;
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
