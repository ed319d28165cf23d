// How often a property is tried that does not say so itself; fast-check's own default is 100.
import fc from 'fast-check';

fc.configureGlobal({ numRuns: 100 * Number(process.env.LANTERN_FUZZ) });
