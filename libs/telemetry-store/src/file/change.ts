/** Atomic change of the database. Until it is written, reads see it in the memory that `hold` keeps. */
export interface Change {
  /** Memory that the change occupies while it waits, in bytes. */
  readonly bytes: number;
  /** Called when the change has to wait. */
  readonly hold: () => void;
  /** Writes the change within a transaction. May be called again after a failure. */
  readonly apply: () => void;
  /** Called after the write of a change that had to wait. */
  readonly release: () => void;
}

/** Joins changes into one: all of them are written, or none. */
export const joinChanges = (changes: readonly Change[]): Change => ({
  bytes: changes.reduce((sum, { bytes }) => sum + bytes, 0),
  hold: () => {
    for (const { hold } of changes) hold();
  },
  apply: () => {
    for (const { apply } of changes) apply();
  },
  release: () => {
    for (const { release } of changes) release();
  },
});
