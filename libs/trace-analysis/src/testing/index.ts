export { nodeStable, type Conventions } from './conventions.js';
export { TUNED } from './corpus/tuned.js';
export type { CorpusCase } from './corpus/corpus-case.js';
export { Program } from './program.js';
