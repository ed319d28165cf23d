import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Message between {@link Child} and the programs of this folder, over the IPC channel. */
export interface Message {
  type: string;
}

/** CPU of a process since its start, in microseconds. */
export interface Usage extends Message {
  type: 'usage';
  cpuMicros: number;
}

const DEADLINE_MILLIS = 60_000;
const STOP_MILLIS = 10_000;

/** Measured Node process. A process that does not answer within a minute fails the benchmark, with its output. */
export class Child {
  private readonly process: ChildProcess;
  private output = '';

  constructor(
    private readonly name: string,
    args: readonly string[],
    { env = {}, cwd }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ) {
    this.process = spawn(process.execPath, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-4000)));
    }
  }

  /** The next message of that type. */
  message<T extends Message>(type: T['type']): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (how: string): void => {
        stopWaiting();
        reject(new Error(`${this.name} ${how} before its "${type}":\n${this.output}`));
      };
      const onMessage = (message: unknown): void => {
        if ((message as Message).type !== type) return;
        stopWaiting();
        resolve(message as T);
      };
      const onExit = (): void => fail('ended');
      const timer = setTimeout(() => fail('said nothing for a minute'), DEADLINE_MILLIS);
      const stopWaiting = (): void => {
        clearTimeout(timer);
        this.process.off('message', onMessage).off('exit', onExit);
      };
      this.process.on('message', onMessage).on('exit', onExit);
    });
  }

  /** Asks for a message of that type, which the program answers with one of the same. */
  async ask<T extends Message>(type: T['type'], question: object = {}): Promise<T> {
    const answer = this.message<T>(type);
    this.process.send({ type, ...question });
    return answer;
  }

  async cpuMicros(): Promise<number> {
    return (await this.ask<Usage>('usage')).cpuMicros;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    const force = setTimeout(() => this.process.kill('SIGKILL'), STOP_MILLIS);
    // Each program here exits when its channel closes; a signal would lose its profile.
    this.process.disconnect();
    await ended;
    clearTimeout(force);
  }
}

/** Path of a compiled program of this folder. */
export const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Options of Node that make any process answer {@link Child.cpuMicros}. */
export const answeringUsage = ['--import', new URL('./answer-usage.js', import.meta.url).href];
