import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './workspace.js';

/** Folder of the programs that `npm run programs` installs. */
export const PROGRAMS_FOLDER = join(root, 'node_modules', '.cache', 'lantern-deploy-checks', 'bin');

/** Returns the path of an installed program. Undefined if it is not installed. */
export const findProgram = (name: string): string | undefined =>
  [PROGRAMS_FOLDER, ...(process.env.PATH ?? '').split(delimiter)]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

/** Runs a program in the root of the workspace; returns its output. Throws with the output if the program fails. */
export const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string => {
  const { status, stdout, stderr, error }: SpawnSyncReturns<string> = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout + stderr;
};
