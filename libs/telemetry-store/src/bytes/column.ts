/** Array of numbers in the smallest width that holds the greatest of them. */
export type Column = Uint8Array | Uint16Array | Uint32Array;
