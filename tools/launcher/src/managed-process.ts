import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ProcessOptions {
  readonly name: string;
  /** Arguments of Node, including the script. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** File for the output of the process. Created or overwritten. */
  readonly logFile: string;
}

/** Message that each process sends over its IPC channel once it listens. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly urls: Readonly<Record<string, string>>;
}

const isReadyMessage = (message: unknown): message is ReadyMessage =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';

const LAST_LINES = 15;

/** Time between SIGTERM and SIGKILL. Services end within 10 seconds after SIGTERM. */
const STOP_DEADLINE_MILLIS = 12_000;

/** A process that ended before it was ready. */
export class ProcessFailedError extends Error {
  override readonly name = 'ProcessFailedError';
}

/** Child process of the launcher. */
export class ManagedProcess {
  readonly name: string;
  /** URLs of the process, once it is ready. Rejects with {@link ProcessFailedError} if it ends before. */
  readonly ready: Promise<Readonly<Record<string, string>>>;
  /** Fulfills with the exit code, or with the name of the signal. */
  readonly exited: Promise<number | NodeJS.Signals>;
  private child: ChildProcess;
  private lastLines: string[] = [];
  private stopping = false;

  constructor({ name, args, cwd, env, logFile }: ProcessOptions) {
    this.name = name;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile);
    this.child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own process group: Ctrl-C reaches only the launcher, which stops the processes in order.
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.pipe(log, { end: false });
      stream?.on('data', (chunk: Buffer) => this.remember(chunk.toString()));
    }
    this.exited = new Promise((resolve) => {
      this.child.once('error', () => resolve(1));
      this.child.once('close', (code, signal) => {
        log.end(() => resolve(code ?? signal ?? 1));
      });
    });
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (message) => {
        if (isReadyMessage(message)) resolve(message.urls);
      });
      this.child.once('error', (error) => {
        reject(new ProcessFailedError(`${name} could not be started: ${error.message}`));
      });
      void this.exited.then((how) => reject(new ProcessFailedError(this.obituary(how, logFile))));
    });
    // The caller may await `ready` later: until then a rejection must not end the launcher.
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isStopping(): boolean {
    return this.stopping;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends SIGTERM, and SIGKILL after the deadline. Idempotent. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.stopping = true;
    this.child.kill('SIGTERM');
    const force = setTimeout(() => this.child.kill('SIGKILL'), STOP_DEADLINE_MILLIS);
    try {
      return await this.exited;
    } finally {
      clearTimeout(force);
    }
  }

  private remember(text: string): void {
    this.lastLines = [...this.lastLines, ...text.split('\n').filter(Boolean)].slice(-LAST_LINES);
  }

  private obituary(how: number | NodeJS.Signals, logFile: string): string {
    const said = this.lastLines.map((line) => `  ${line}`).join('\n');
    return `${this.name} ended (${how}) before it was ready. Its last output (all of it is in ${logFile}):\n${said}`;
  }
}
