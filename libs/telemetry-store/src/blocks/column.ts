/** Numbers as wide as the greatest of them needs. */
export type Column = Uint8Array | Uint16Array | Uint32Array;
