import type { Detection } from './detection.js';
import type { TraceFacts } from './trace-facts.js';

/** Rule that finds one kind of fault. Its time is linear in the number of spans, but for sorts. */
export type Detector = (facts: TraceFacts) => readonly Detection[];
