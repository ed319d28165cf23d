import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const here = new URL('./', import.meta.url);

/** Resources that a process reports of itself. */
export interface Usage {
  /** User and system time since the start. */
  readonly cpuSeconds: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  /** Longest delay of the event loop since the previous report. */
  readonly longestTurnMillis: number;
}

export interface Urls {
  readonly otlp: string;
  readonly otlpGrpc: string;
  readonly jaeger: string;
  readonly loki: string;
  readonly prometheus: string;
}

/** Lantern's build, in a process of its own. */
export class LanternProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly urls: Urls,
    /** Time from the start of the process until all ports listen. */
    readonly readyMillis: number,
  ) {}

  static async start(settings: Readonly<Record<string, string>>): Promise<LanternProcess> {
    const begun = performance.now();
    const child = fork(fileURLToPath(new URL('../dist/main.js', here)), [], {
      // The same flag as in the image and `npm start`.
      execArgv: ['--max-semi-space-size=8', '--import', new URL('measured.mjs', here).href],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        ...Object.fromEntries(
          ['OTLP', 'OTLP_GRPC', 'JAEGER', 'LOKI', 'PROMETHEUS', 'SAMPLING'].map((name) => [
            `LANTERN_${name}_PORT`,
            '0',
          ]),
        ),
        ...settings,
      },
    });
    const urls = await messageOf<{ readonly urls: Urls }>(child, 'ready');
    return new LanternProcess(child, urls.urls, performance.now() - begun);
  }

  async usage(): Promise<Usage> {
    const answer = messageOf<Usage>(this.child, 'usage');
    this.child.send({ type: 'usage' });
    return answer;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }

  /** Kills the process without a shutdown. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

const messageOf = <Message>(child: ChildProcess, type: string): Promise<Message> =>
  new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      if ((message as { type?: unknown }).type !== type) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(message as Message);
    };
    const onExit = (code: number | null): void => reject(new Error(`Lantern ended with ${code}`));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
