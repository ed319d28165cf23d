// Child processes that end with their parent. Runs on older versions of Node: no dependency, no syntax beyond Node 20.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Interval at which the ancestors of this process are checked, in milliseconds. */
const WATCH_INTERVAL_MS = 500;

/**
 * Starts a command on this process's terminal and forwards every signal to it. With `bound`, the child, a Node process, gets
 * an IPC channel, which closes when this process ends, even by SIGKILL. Fulfills with the exit code, or with 128 plus the
 * number of the signal, as a shell does. Rejects if the command cannot be started.
 */
export const runChild = (command, args, { bound = false, ...options } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: bound ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
      ...options,
    });
    const handOn = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, handOn);
    const stopWatching = onAbandoned(() => child.kill('SIGTERM'));
    const done = () => {
      stopWatching();
      for (const signal of SIGNALS) process.off(signal, handOn);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    // 'exit' and not 'close': a grandchild may keep the terminal open.
    child.once('exit', (code, signal) => {
      done();
      resolve(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0));
    });
  });

/**
 * Calls back once when the parent has ended: the process on the other end of an IPC channel, or npm. npm forwards SIGTERM to
 * a shell that does not forward it, and SIGHUP or SIGKILL to npm reach no process below it. Without npm, a process may
 * outlive its parent on purpose (nohup). Returns a function that stops watching.
 */
export const onAbandoned = (callback) => {
  const stops = [];
  const gone = () => {
    for (const stop of stops.splice(0)) stop();
    callback();
  };
  if (process.send !== undefined) {
    if (!process.connected) setImmediate(gone);
    process.once('disconnect', gone);
    // The listener must not keep this process alive.
    process.channel?.unref();
    stops.push(() => process.off('disconnect', gone));
  } else if (process.env.npm_lifecycle_event !== undefined && process.platform !== 'win32') {
    const line = lineAbove();
    const timer = setInterval(() => {
      if (line.some(({ pid, parent }) => parentOf(pid) !== parent)) gone();
    }, WATCH_INTERVAL_MS);
    timer.unref();
    stops.push(() => clearInterval(timer));
  }
  return () => {
    for (const stop of stops.splice(0)) stop();
  };
};

/** Returns this process and, if npm runs it in a shell, that shell: each with its current parent. */
const lineAbove = () => {
  const line = [{ pid: process.pid, parent: process.ppid }];
  const shellOfNpm = commandOf(process.ppid)?.includes(process.env.npm_lifecycle_script ?? '\0');
  if (shellOfNpm) line.push({ pid: process.ppid, parent: parentOf(process.ppid) });
  return line;
};

/** Returns the parent, which changes when it ends. Undefined if the process itself has ended. */
const parentOf = (pid) => {
  if (pid === process.pid) return process.ppid;
  const parent = Number(ask(pid, 'ppid'));
  return Number.isNaN(parent) ? undefined : parent;
};

const commandOf = (pid) => ask(pid, 'command');

const ask = (pid, field) => {
  try {
    if (process.platform !== 'linux') {
      return (
        execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
      );
    }
    if (field === 'command') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    // The name in parentheses may contain any character. The fields after it are state and parent.
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  } catch {
    return undefined;
  }
};
