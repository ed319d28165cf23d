import { createTraceTesting } from './traced.js';

/** Functions for the backend that the environment names. */
export const { traced, readTrace, queryLogs, resetLantern } = createTraceTesting();
