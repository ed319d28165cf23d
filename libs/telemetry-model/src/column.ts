/** One value a row. Typed arrays, so that a table passes between threads without being copied. */
export type Column = Uint8Array | Uint32Array | Int32Array | Float64Array;

/** The value in a row; 0 where there is no such row. */
export const at = (column: Column, row: number): number => column[row] ?? 0;
