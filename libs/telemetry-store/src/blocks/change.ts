/**
 * Something to be written to the database, all or nothing. Until it is written, reads see it by what `hold` keeps in
 * memory.
 */
export interface Change {
  /** Memory that it takes while it waits. */
  readonly bytes: number;
  /** Called when it has to wait. */
  readonly hold: () => void;
  /** Writes, within a transaction. May be called again after a failure. */
  readonly apply: () => void;
  /** Called once it is written, if it had to wait. */
  readonly release: () => void;
}

/** Joins changes to one: all of them are written, or none. */
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
