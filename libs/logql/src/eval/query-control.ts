/** Holds the reins of a query that runs: it can stop it, and lets others have their turn. */
export interface QueryControl {
  /**
   * Called often. A promise has to be awaited before the query goes on; undefined means at once.
   *
   * @throws {Error} what the caller is to be told, when the query has to stop
   */
  checkpoint(): Promise<void> | undefined;

  /**
   * Counts memory that the result takes.
   *
   * @throws {Error} when it does not fit
   */
  readonly hold?: (bytes: number) => void;
}
