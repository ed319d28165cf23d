import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Database or broker beside a test or a benchmark, on the loopback. */
export interface RunningServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Address with scheme, user and database, as clients accept it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Programs of Debian's packages. */
export type ServerName = 'postgresql' | 'mariadb' | 'redis' | 'rabbitmq' | 'mosquitto' | 'nats';

interface Recipe {
  /** Debian's package. */
  package: string;
  /** Program by which the installation is recognized. */
  program: string;
  /** Folders to search in addition to `PATH`. */
  folders: () => string[];
  /** Prepares `folder` and returns how to start the server. */
  prepare: (program: string, folder: string, port: number) => Promise<Start>;
  url: (port: number) => string;
}

interface Start {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** User to run as where this process is root and the server refuses to be. */
  user?: { uid: number; gid: number } | undefined;
  /** Output from which on clients can connect. */
  ready: RegExp;
  stopSignal?: NodeJS.Signals;
}

const systemFolders = (): string[] => ['/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];

const recipes: Record<ServerName, Recipe> = {
  postgresql: {
    package: 'postgresql',
    program: 'postgres',
    folders: () => versionsOf('/usr/lib/postgresql', 'bin'),
    prepare: async (program, folder, port) => {
      const user = unprivilegedUser('postgres');
      const options = { ...user, cwd: folder, env: { ...process.env, LC_ALL: 'C' } };
      const data = join(folder, 'data');
      await promisify(execFile)(
        join(program, '../initdb'),
        ['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'],
        options,
      );
      const settings = {
        port: String(port),
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        // Durability is not needed in tests.
        fsync: 'off',
        synchronous_commit: 'off',
        full_page_writes: 'off',
      };
      return {
        command: program,
        args: [
          '-D',
          data,
          ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
        user,
        ready: /ready to accept connections/,
        // Fast shutdown, which disconnects all clients: https://www.postgresql.org/docs/current/server-shutdown.html
        stopSignal: 'SIGINT',
      };
    },
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
  },
  mariadb: {
    package: 'mariadb-server',
    program: 'mariadbd',
    folders: systemFolders,
    prepare: async (program, folder, port) => {
      const user = unprivilegedUser('mysql');
      const data = join(folder, 'data');
      const common = ['--no-defaults', `--datadir=${data}`, ...(user ? ['--user=mysql'] : [])];
      await promisify(execFile)(
        'mariadb-install-db',
        [...common, '--auth-root-authentication-method=normal', '--skip-test-db'],
        { cwd: folder },
      );
      const bootstrap = join(folder, 'init.sql');
      writeFileSync(
        bootstrap,
        "CREATE DATABASE shop;\nCREATE USER 'shop'@'127.0.0.1' IDENTIFIED BY 'shop';\nGRANT ALL ON shop.* TO 'shop'@'127.0.0.1';\n",
      );
      return {
        command: program,
        args: [
          ...common,
          `--port=${port}`,
          '--bind-address=127.0.0.1',
          '--skip-name-resolve',
          `--socket=${join(folder, 'mariadb.sock')}`,
          `--pid-file=${join(folder, 'mariadb.pid')}`,
          `--init-file=${bootstrap}`,
          '--innodb-flush-log-at-trx-commit=0',
        ],
        ready: /ready for connections/,
      };
    },
    url: (port) => `mysql://shop:shop@127.0.0.1:${port}/shop`,
  },
  redis: {
    package: 'redis-server',
    program: 'redis-server',
    folders: systemFolders,
    prepare: async (program, folder, port) => ({
      command: program,
      args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
      ready: /Ready to accept connections/,
    }),
    url: (port) => `redis://127.0.0.1:${port}`,
  },
  rabbitmq: {
    package: 'rabbitmq-server',
    // The command in PATH changes to the user of the package; this one runs as any.
    program: 'rabbitmq-server',
    folders: () => ['/usr/lib/rabbitmq/bin'],
    prepare: async (program, folder, port) => {
      const distribution = await freePort();
      const config = join(folder, 'rabbitmq.conf');
      writeFileSync(
        config,
        `listeners.tcp.1 = 127.0.0.1:${port}\nloopback_users.guest = false\nlog.console = true\nlog.file = false\n`,
      );
      return {
        command: program,
        args: [],
        env: {
          HOME: folder,
          RABBITMQ_CONFIG_FILE: config,
          RABBITMQ_NODENAME: `test-${port}@localhost`,
          RABBITMQ_DIST_PORT: String(distribution),
          ERL_EPMD_PORT: String(await freePort()),
          RABBITMQ_MNESIA_BASE: folder,
          RABBITMQ_LOG_BASE: folder,
          RABBITMQ_PID_FILE: join(folder, 'pid'),
          RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
        },
        ready: /Server startup complete|completed with \d+ plugins/,
      };
    },
    url: (port) => `amqp://guest:guest@127.0.0.1:${port}`,
  },
  mosquitto: {
    package: 'mosquitto',
    program: 'mosquitto',
    folders: systemFolders,
    prepare: async (program, folder, port) => {
      const config = join(folder, 'mosquitto.conf');
      writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\n`);
      return { command: program, args: ['-c', config], ready: /running/ };
    },
    url: (port) => `mqtt://127.0.0.1:${port}`,
  },
  nats: {
    package: 'nats-server',
    program: 'nats-server',
    folders: systemFolders,
    prepare: async (program, _folder, port) => ({
      command: program,
      args: ['-a', '127.0.0.1', '-p', String(port)],
      ready: /Server is ready/,
    }),
    url: (port) => `nats://127.0.0.1:${port}`,
  },
};

/** Starts a server in a temporary folder, on a free port. Undefined if it is not installed. */
export const startServer = async (name: ServerName): Promise<RunningServer | undefined> => {
  const recipe = recipes[name];
  const program = findProgram(recipe);
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), `observability-${name}-`));
  const user = unprivilegedUser(name === 'mariadb' ? 'mysql' : 'postgres');
  if (user && (name === 'postgresql' || name === 'mariadb')) chownSync(folder, user.uid, user.gid);
  const port = await freePort();
  const { command, args, env, user: as, ready, stopSignal } = await recipe.prepare(program, folder, port);
  const child = spawn(command, args, {
    ...as,
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    await untilReady(name, child, ready);
  } catch (error) {
    kill();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    url: recipe.url(port),
    stop: async () => {
      process.off('exit', kill);
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill(stopSignal ?? 'SIGTERM');
        await exited;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Debian's package of the server, where it is not installed. */
export const missingPackage = (name: ServerName): string | undefined =>
  findProgram(recipes[name]) === undefined ? recipes[name].package : undefined;

/** Runs `work` beside servers. Where one is not installed, writes which package brings it, and returns undefined. */
export const withServers = async <const Names extends readonly ServerName[], T>(
  names: Names,
  work: (servers: Record<Names[number], RunningServer>) => Promise<T>,
): Promise<T | undefined> => {
  const missing = names.map(missingPackage).filter((name) => name !== undefined);
  if (missing.length > 0) {
    process.stdout.write(`\nNot measured on this machine: run apt-get install ${missing.join(' ')}\n`);
    return undefined;
  }
  const running: [string, RunningServer][] = [];
  try {
    for (const name of names) {
      const server = await startServer(name);
      if (server) running.push([name, server]);
    }
    return await work(Object.fromEntries(running) as Record<Names[number], RunningServer>);
  } finally {
    for (const [, server] of running) await server.stop();
  }
};

const findProgram = ({ program, folders }: Recipe): string | undefined =>
  [...folders(), ...(process.env.PATH ?? '').split(delimiter)]
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));

/** Folders of the installed versions of a package, the newest first. */
const versionsOf = (folder: string, within: string): string[] => {
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  return versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(folder, version, within));
};

/** PostgreSQL and MariaDB refuse to run as root. Undefined where this process is not root. */
const unprivilegedUser = (preferred: string): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const [, , uid, gid] =
    users.find(([name]) => name === preferred) ?? users.find(([name]) => name === 'nobody') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`There is no user to run ${preferred} as`);
  return { uid: Number(uid), gid: Number(gid) };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port');
  return address.port;
};

const START_LIMIT_MILLIS = 90_000;

const untilReady = (name: string, child: ChildProcess, ready: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let output = '';
    const fail = (how: string): void => reject(new Error(`${name} ${how} before it was ready:\n${output}`));
    const timer = setTimeout(() => fail(`did not answer for ${START_LIMIT_MILLIS} ms`), START_LIMIT_MILLIS);
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-8000);
      if (!ready.test(output)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code) => fail(`ended with code ${String(code)}`));
  });
