// Children that end with the process that started them. Runs on older Nodes: no dependency, no syntax beyond Node 20.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** How often the processes above this one are looked at, in milliseconds. */
const WATCH_INTERVAL_MS = 500;

/**
 * Starts a command on this process's own terminal and hands every signal on to it. With `bound`, the child, a Node, gets an
 * IPC channel, whose end tells it that this process is gone, also by SIGKILL. Fulfills with the exit code, by the shell's
 * custom 128 and the number of the signal; rejects when the command cannot be started.
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
    // 'exit' and not 'close': a grandchild may keep the terminal for itself.
    child.once('exit', (code, signal) => {
      done();
      resolve(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0));
    });
  });

/**
 * Calls back once when the processes that this one works for are gone: the parent on the other end of an IPC channel, or
 * npm. npm hands SIGTERM on to a shell that dies of it without a word to its child, and SIGHUP or SIGKILL to npm reach
 * nobody below it; without npm, a process may outlive its parent on purpose (nohup). Returns how to stop watching.
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
    // The listener alone must not keep this process alive.
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

/** This process and, where npm runs it by a shell, that shell: each with the parent that it must keep. */
const lineAbove = () => {
  const line = [{ pid: process.pid, parent: process.ppid }];
  const shellOfNpm = commandOf(process.ppid)?.includes(process.env.npm_lifecycle_script ?? '\0');
  if (shellOfNpm) line.push({ pid: process.ppid, parent: parentOf(process.ppid) });
  return line;
};

/** A process whose parent has ended gets another one. undefined: the process itself has ended. */
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
    // The name in brackets may hold anything, so the fields are counted behind it: state, parent.
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  } catch {
    return undefined;
  }
};
