/** Maximum share of a store's space that archived traces may occupy, so that new spans always find room. */
export const ARCHIVE_SHARE = 0.5;

/** Error of an archive that has no room for one more trace. The message says what the operator can do. */
export class ArchiveFullError extends Error {
  override readonly name = 'ArchiveFullError';

  /** All amounts are in bytes. */
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
