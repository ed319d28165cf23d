import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const running = new Set<ChildProcess>();

/** Ends the programs that still run, also after a failed test. */
export const endAll = (): void => {
  for (const process of running) process.kill('SIGKILL');
};

/** A Node process that says over its IPC channel when it is ready, and answers questions there. */
export class Program {
  /** Messages of the library's logger about its own state. */
  readonly reports: string[] = [];
  /** End of its output. */
  private output = '';
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; millis: number }>;
  private readonly process: ChildProcess;
  private signalled = 0;

  constructor(
    private readonly name: string,
    args: readonly string[],
    options: { cwd?: string; env: Record<string, string> },
  ) {
    this.process = spawn(process.execPath, args, {
      cwd: options.cwd,
      env: { PATH: process.env.PATH, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.note(line));
    }
    running.add(this.process);
    this.process.once('exit', () => running.delete(this.process));
    this.ended = once(this.process, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      millis: performance.now() - this.signalled,
    }));
  }

  private note(line: string): void {
    this.output = `${this.output}\n${line}`.slice(-4000);
    if (line.includes('"context":"TraceLogger"')) {
      this.reports.push((JSON.parse(line) as { message: string }).message);
    }
  }

  /** The next message of that type. */
  async message<T>(type: string): Promise<T> {
    for (;;) {
      const [message] = (await Promise.race([
        once(this.process, 'message'),
        this.ended.then(() => {
          throw new Error(`${this.name} ended:\n${this.output}`);
        }),
      ])) as [{ type: string } & T];
      if (message.type === type) return message;
    }
  }

  async ask<T>(type: string): Promise<T> {
    const answer = this.message<T>(type);
    this.process.send({ type });
    return answer;
  }

  async end(signal: NodeJS.Signals): ReturnType<() => Program['ended']> {
    this.signalled = performance.now();
    this.process.kill(signal);
    return this.ended;
  }
}
