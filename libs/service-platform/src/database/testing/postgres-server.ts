import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import pg from 'pg';

/** PostgreSQL server of one test suite, in a temporary folder, with a socket in that folder. */
export class PostgresServer {
  private databases = 0;

  private constructor(
    private readonly folder: string,
    private readonly server: ChildProcess,
  ) {}

  /** @param binaries Folder of `initdb` and `postgres`. */
  static async start(binaries: string): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'lantern-postgres-'));
    const user = unprivilegedUser();
    if (user) await chown(folder, user.uid, user.gid);
    const options = { ...user, cwd: folder, env: { ...process.env, LC_ALL: 'C' } };
    const data = join(folder, 'data');

    await promisify(execFile)(
      join(binaries, 'initdb'),
      ['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'],
      options,
    );
    const settings = {
      listen_addresses: '',
      unix_socket_directories: folder,
      // Durability is not needed in tests.
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
    };
    const server = spawn(
      join(binaries, 'postgres'),
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    process.once('exit', () => server.kill('SIGQUIT'));
    await untilReady(server);
    return new PostgresServer(folder, server);
  }

  /** Creates an empty database and returns its URL. */
  async createDatabase(): Promise<string> {
    const name = `test_${(this.databases += 1)}`;
    const client = new pg.Client({ connectionString: this.urlOf('postgres') });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return this.urlOf(name);
  }

  async stop(): Promise<void> {
    const exited = once(this.server, 'exit');
    // Fast shutdown, which disconnects all clients: https://www.postgresql.org/docs/current/server-shutdown.html
    this.server.kill('SIGINT');
    await exited;
    await rm(this.folder, { recursive: true, force: true });
  }

  private urlOf(database: string): string {
    return `postgres://postgres@localhost/${database}?host=${encodeURIComponent(this.folder)}`;
  }
}

const untilReady = async (server: ChildProcess): Promise<void> => {
  const lines: string[] = [];
  if (!server.stderr) throw new Error('PostgreSQL was started without a pipe for its messages');
  for await (const line of createInterface(server.stderr)) {
    lines.push(line);
    if (line.includes('ready to accept connections')) {
      server.stderr.resume();
      return;
    }
  }
  throw new Error(`PostgreSQL did not start:\n${lines.join('\n')}`);
};

/** Returns another user for the server if this process is root: PostgreSQL refuses to run as root. */
const unprivilegedUser = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('There is no user to run PostgreSQL as');
  return { uid: Number(uid), gid: Number(gid) };
};
