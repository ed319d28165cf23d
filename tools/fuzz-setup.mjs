// Default number of runs of a property; fast-check's own default is 100.
import fc from 'fast-check';

fc.configureGlobal({ numRuns: 100 * Number(process.env.LANTERN_FUZZ) });
