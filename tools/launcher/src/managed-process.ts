import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ProcessOptions {
  readonly name: string;
  /** Arguments of this Node, the script among them. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Receives what the process prints; made when missing, overwritten when present. */
  readonly logFile: string;
}

/** What each process reports over its IPC channel once it serves. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly urls: Readonly<Record<string, string>>;
}

const isReadyMessage = (message: unknown): message is ReadyMessage =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';

const LAST_LINES = 15;

/** Services promise to be gone 10 seconds after SIGTERM; what is not gets SIGKILL. */
const STOP_DEADLINE_MS = 12_000;

/** The process ended before it was ready, or without being asked to. */
export class ProcessFailedError extends Error {
  override readonly name = 'ProcessFailedError';
}

/** A child process of ours, from its start to its end. */
export class ManagedProcess {
  readonly name: string;
  /** The URLs that the process serves. Rejects with {@link ProcessFailedError} when it ends before. */
  readonly ready: Promise<Readonly<Record<string, string>>>;
  /** Fulfils with the exit code, or the signal's name. */
  readonly exited: Promise<number | NodeJS.Signals>;
  #child: ChildProcess;
  #lastLines: string[] = [];
  #stopping = false;

  constructor({ name, args, cwd, env, logFile }: ProcessOptions) {
    this.name = name;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile);
    this.#child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Its own process group: Ctrl-C reaches the launcher alone, which then stops everyone in order.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.pipe(log, { end: false });
      stream?.on('data', (chunk: Buffer) => this.#remember(chunk.toString()));
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => resolve(1));
      this.#child.once('close', (code, signal) => {
        log.end(() => resolve(code ?? signal ?? 1));
      });
    });
    this.ready = new Promise((resolve, reject) => {
      this.#child.on('message', (message) => {
        if (isReadyMessage(message)) resolve(message.urls);
      });
      this.#child.once('error', (error) => {
        reject(new ProcessFailedError(`${name} could not be started: ${error.message}`));
      });
      void this.exited.then((how) => reject(new ProcessFailedError(this.#obituary(how, logFile))));
    });
    // Whoever starts a process awaits `ready`; a failure that comes while it is not yet awaited must not end the launcher.
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks the process to end, and ends it by force after the deadline. Idempotent. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.#stopping = true;
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_DEADLINE_MS);
    try {
      return await this.exited;
    } finally {
      clearTimeout(force);
    }
  }

  #remember(text: string): void {
    this.#lastLines = [...this.#lastLines, ...text.split('\n').filter(Boolean)].slice(-LAST_LINES);
  }

  #obituary(how: number | NodeJS.Signals, logFile: string): string {
    const said = this.#lastLines.map((line) => `  ${line}`).join('\n');
    return `${this.name} ended (${how}) before it was ready. Its last words, in full in ${logFile}:\n${said}`;
  }
}
