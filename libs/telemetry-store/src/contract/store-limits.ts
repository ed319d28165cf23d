export interface StoreLimits {
  /** What the store may keep at the most, counted as its own `stats().bytes` counts. */
  readonly maxBytes: number;
}

/** Nothing in a suite reaches it but what is meant to. */
export const AMPLE: StoreLimits = { maxBytes: 64 * 1024 * 1024 };
