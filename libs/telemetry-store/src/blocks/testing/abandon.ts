import { cpSync } from 'node:fs';

/**
 * What the file system has of a store that is killed now. The store itself goes on with its own folder: only a
 * process can be killed.
 *
 * @returns `copy`
 */
export const abandon = (folder: string, copy: string): string => {
  cpSync(folder, copy, { recursive: true });
  return copy;
};
