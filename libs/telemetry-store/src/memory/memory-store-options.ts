export interface MemoryStoreOptions {
  /** How much heap the data may occupy, as far as that can be told from outside of V8. */
  readonly maxBytes: number;
}
