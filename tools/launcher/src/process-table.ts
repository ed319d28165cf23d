import { execFileSync } from 'node:child_process';

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

/** Returns every process of this machine, from the POSIX command `ps`. */
const processTable = (): Entry[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [pid, parent, state = ''] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state };
    });

/** Returns whether a process runs. A zombie (`Z`) does not. */
export const isAlive = (pid: number): boolean =>
  processTable().some((entry) => entry.pid === pid && !entry.state.startsWith('Z'));

/** Returns the process and all of its descendants. */
export const withDescendants = (pid: number): number[] => {
  const table = processTable();
  const family = [pid];
  for (const ancestor of family) {
    family.push(...table.filter(({ parent }) => parent === ancestor).map((entry) => entry.pid));
  }
  return family;
};
