/** One value per row. Typed arrays can be transferred between threads without a copy. */
export type Column = Uint8Array | Uint32Array | Int32Array | Float64Array;

/** Returns the value of a row; 0 for a row that does not exist. */
export const at = (column: Column, row: number): number => column[row] ?? 0;
