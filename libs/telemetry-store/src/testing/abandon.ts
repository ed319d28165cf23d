import { cpSync } from 'node:fs';

/**
 * Copies the files of a store as a kill at this moment would leave them. The store itself continues with its own folder:
 * only a process can be killed.
 *
 * @returns `copy`
 */
export const abandon = (folder: string, copy: string): string => {
  cpSync(folder, copy, { recursive: true });
  return copy;
};
