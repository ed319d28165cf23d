export interface StoreLimits {
  /** Maximum size of the store, in bytes, as its own `stats().bytes` counts. */
  readonly maxBytes: number;
}

/** Limits that a suite does not reach by accident. */
export const AMPLE: StoreLimits = { maxBytes: 64 * 1024 * 1024 };
