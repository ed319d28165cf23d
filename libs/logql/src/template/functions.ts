import type { UnixNano } from '@lantern/telemetry-model';
import { COMPARISON_FUNCTIONS } from './comparison-functions.js';
import { DATE_FUNCTIONS } from './date-functions.js';
import { MATH_FUNCTIONS } from './math-functions.js';
import { TEXT_FUNCTIONS } from './text-functions.js';
import { VALUE_FUNCTIONS } from './value-functions.js';
import type { TemplateValue } from './value.js';

export interface FunctionContext {
  readonly line: string;
  readonly timeUnixNano: UnixNano;
  /** No text that a function makes may be longer. */
  readonly maxLength: number;
  /**
   * Counts work beyond the length of the texts.
   *
   * @throws {TemplateError} when it is too much for one line
   */
  spend(steps: number): void;
}

/** @throws {Error} when the arguments are wrong in number or type */
export type TemplateFunction = (args: readonly TemplateValue[], context: FunctionContext) => TemplateValue;

/**
 * Go's own functions and Loki's.
 *
 * @see https://pkg.go.dev/text/template#hdr-Functions
 * @see https://grafana.com/docs/loki/latest/query/template_functions/
 */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  ...COMPARISON_FUNCTIONS,
  ...VALUE_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...DATE_FUNCTIONS,
};
