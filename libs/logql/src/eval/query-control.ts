/** Controls a running query: stops it, and lets other requests run in between. */
export interface QueryControl {
  /**
   * Called often. The evaluator awaits a promise before it continues; undefined means that it may continue at once.
   *
   * @throws {Error} for the client, when the query has to stop
   */
  checkpoint(): Promise<void> | undefined;

  /**
   * Counts memory of the result.
   *
   * @throws {Error} beyond the limit
   */
  readonly hold?: (bytes: number) => void;
}
