// fast-check as the suites see it: every run of `npm test` draws the same values, so that a failure on one machine
// fails on all of them, and a change is never rejected for a fault that was there before. `nx fuzz <project>` draws
// other values each time, a hundred times as many.
import fc from '../node_modules/fast-check/lib/fast-check.js';

const SEED = 20_260_101;
const factor = process.env.LANTERN_FUZZ;

fc.configureGlobal(factor === undefined ? { seed: SEED } : { numRuns: 100 * Number(factor) });

export default fc;
export * from '../node_modules/fast-check/lib/fast-check.js';
