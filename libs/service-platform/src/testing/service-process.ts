import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';

/** Exit of a process, and its whole output. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Service in its own process, started as in production, but from its sources. */
export class ServiceProcess {
  readonly exit: Promise<Exit>;

  private constructor(private readonly child: ChildProcess) {
    const { stdout, stderr } = child;
    if (!stdout || !stderr) throw new Error('The process was started without pipes for its output');
    this.exit = Promise.all([once(child, 'exit'), text(stdout), text(stderr)]).then(
      ([[code, signal], out, err]) => ({
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
        stdout: out,
        stderr: err,
      }),
    );
  }

  /** @param main URL of its `main.ts`. */
  static spawn(main: URL, env: Record<string, string>): ServiceProcess {
    const child = spawn(
      process.execPath,
      [
        '--conditions=@lantern/source',
        '--import',
        new URL('./run-from-source.ts', import.meta.url).href,
        '--import',
        '@lantern/observability/register',
        fileURLToPath(main),
      ],
      { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    return new ServiceProcess(child);
  }

  /** Resolves with the URL that the service reports when it is ready. Rejects with its output if it exits before. */
  async ready(): Promise<string> {
    const ready = once(this.child, 'message').then(([message]) => (message as ReadyMessage).urls.http);
    const failed = this.exit.then(({ code, stdout, stderr }) => {
      throw new Error(`The service ended with ${String(code)} before it was ready:\n${stdout}${stderr}`);
    });
    return Promise.race([ready, failed]);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

interface ReadyMessage {
  type: 'ready';
  urls: { http: string };
}
