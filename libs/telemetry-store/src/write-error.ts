const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space, or keep less',
  EDQUOT: 'the disk quota is used up; free some space, or keep less',
  EROFS: 'the file system is read-only; make it writable',
  EACCES: 'the permission is missing; make the folder writable',
  EPERM: 'the permission is missing; make the folder writable',
  EFBIG: 'a file may not grow any more; raise the limit on the size of files',
  EMFILE: 'too many files are open; raise the limit of open files',
};

/** Result codes of SQLite, see https://www.sqlite.org/rescode.html */
const SQLITE_CAUSES: Readonly<Record<number, string | undefined>> = {
  8: CAUSES.EROFS,
  10: 'the disk failed to read or write',
  11: 'the database file is damaged',
  13: CAUSES.ENOSPC,
  14: CAUSES.EACCES,
};

/**
 * Error of a failed write. None of the new data is kept; older data can still be read. The message tells the operator
 * what to do.
 */
export class WriteError extends Error {
  override readonly name = 'WriteError';

  static of(error: unknown, folder: string): WriteError {
    if (error instanceof WriteError) return error;
    const {
      code = '',
      errcode = 0,
      message = '',
    } = error as { code?: string; errcode?: number; message?: string };
    // The low byte is the primary code.
    const cause = CAUSES[code] ?? SQLITE_CAUSES[errcode & 0xff] ?? message;
    return new WriteError(`Cannot write to ${folder}: ${cause}.`, { cause: error });
  }
}
