import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { ask } from '../client.ts';

/** Clock ticks per second of `/proc`, the same on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;
const READY_TIMEOUT_MILLIS = 60_000;

/** Command line of a peer, and the URL that answers 200 once it is ready. */
export interface PeerCommand {
  readonly binary: string;
  readonly args: readonly string[];
  readonly readyUrl: string;
}

/** A server of another project, in a process of its own. */
export class PeerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** @throws when the process exits, or is not ready within a minute */
  static async start({ binary, args, readyUrl }: PeerCommand): Promise<PeerProcess> {
    const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-2_000);
    });
    let exit: string | undefined;
    child.once('error', (error) => (exit = error.message));
    child.once('exit', (code) => (exit ??= `exit code ${code}`));
    const deadline = performance.now() + READY_TIMEOUT_MILLIS;
    while (!(await isReady(readyUrl))) {
      if (exit !== undefined) throw new Error(`${binary} did not start: ${exit}\n${errors}`);
      if (performance.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`${binary} is not ready: ${readyUrl} did not answer 200 within a minute\n${errors}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return new PeerProcess(child);
  }

  /** CPU time of all threads since the start, from `/proc`. */
  async cpuSeconds(): Promise<number> {
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'latin1');
    // The command may contain spaces and ends with the last parenthesis. utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await ask(url)).status === 200;
  } catch {
    return false;
  }
};

/** Returns ports that no process listens on. */
export const freePorts = async (count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
};
