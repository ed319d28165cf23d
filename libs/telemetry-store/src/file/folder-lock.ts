import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FolderError } from './folder-error.js';
import { WriteError } from '../write-error.js';

const PROCESS_FILE_NAME = 'lantern.pid';
/** Result codes of SQLite, see https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

// The lock is SQLite's exclusive lock on the database file. The operating system releases it with the process. The
// process ID in the file next to it is only shown in the message that the folder is in use.

export const noteHolder = (folder: string): void => {
  try {
    writeFileSync(join(folder, PROCESS_FILE_NAME), `${process.pid}\n`);
  } catch {
    // The disk is full. The data can still be read.
  }
};

export const forgetHolder = (folder: string): void => {
  try {
    rmSync(join(folder, PROCESS_FILE_NAME), { force: true });
  } catch {
    // The folder became read-only. A stale process ID in it does no harm.
  }
};

/** Returns the error that tells the operator why a folder cannot be opened. */
export const folderErrorOf = (error: unknown, folder: string, databasePath: string): FolderError => {
  if (error instanceof FolderError) return error;
  const primaryCode = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  if (primaryCode === SQLITE_BUSY) {
    return new FolderError(
      `The data folder ${folder} is in use by another Lantern${holderOf(folder)}: stop it, or choose another data folder.`,
      { cause: error },
    );
  }
  if (primaryCode === SQLITE_CORRUPT || primaryCode === SQLITE_NOTADB) {
    return new FolderError(
      `${databasePath} is damaged beyond what Lantern can skip: move it away to start without it, the log beside it is still good.`,
      { cause: error },
    );
  }
  return new FolderError(WriteError.of(error, folder).message, { cause: error });
};

const holderOf = (folder: string): string => {
  const path = join(folder, PROCESS_FILE_NAME);
  if (!existsSync(path)) return '';
  return ` (process ${readFileSync(path, 'utf8').trim()})`;
};
