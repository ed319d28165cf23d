import type { UnixNano } from '@lantern/telemetry-model';
import type { LineLabels } from './line-labels.js';

/**
 * One stage of a pipeline at work: it may change the labels.
 *
 * @returns the line to go on with, or undefined when the line is dropped
 */
export type LineStage = (line: string, labels: LineLabels, timeUnixNano: UnixNano) => string | undefined;
