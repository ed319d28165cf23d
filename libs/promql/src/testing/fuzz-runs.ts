/** How often a property is tried: many times more when the fuzz target asks for it, see `tools/fuzz.mjs`. */
export const fuzzRuns = (runs: number): number => runs * Number(process.env.LANTERN_FUZZ ?? 1);
