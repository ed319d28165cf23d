/** Of what a store may keep, archived traces may take so much: new spans must always find room. */
export const ARCHIVE_SHARE = 0.5;

/** There is no room for one more trace that is to be kept for good. The message says what to do. */
export class ArchiveFullError extends Error {
  override readonly name = 'ArchiveFullError';

  /** All in bytes. */
  constructor(
    readonly neededBytes: number,
    readonly archivedBytes: number,
    readonly maxArchiveBytes: number,
  ) {
    super(
      `The trace cannot be archived: it needs ${inMebibytes(neededBytes)}, and archived traces take ` +
        `${inMebibytes(archivedBytes)} of the ${inMebibytes(maxArchiveBytes)} that they may take, which is half of what ` +
        'all spans may take. Let spans take more.',
    );
  }
}

const inMebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
