import type { SeriesSource } from '@lantern/telemetry-model';
import type { Annotations } from '../annotations.js';
import type { AtModifier, VectorSelector } from '../syntax/ast.js';
import type { QueryBudget } from './query-budget.js';
import type { QueryPace } from './query-pace.js';
import type { Steps } from './steps.js';

/** State that all parts of one evaluation share. */
export interface EvaluationContext {
  readonly source: SeriesSource;
  readonly annotations: Annotations;
  readonly budget: QueryBudget;
  readonly pace: QueryPace;
  /** Age from which on a sample is no longer the value of its series. */
  readonly lookbackMillis: number;
  /** Step of subqueries that name none. */
  readonly defaultStepMillis: number;
  /** Selectors whose histograms get marks of counter resets. */
  readonly marksResetsOf: ReadonlySet<VectorSelector>;
  /** Steps of the whole query, for `start()` and `end()`. */
  readonly query: { readonly startMillis: number; readonly endMillis: number; readonly stepMillis: number };
}

/** Returns the time to which a selector is fixed. */
export const fixedTime = (at: AtModifier | undefined, { query }: EvaluationContext): number | undefined => {
  if (at === 'start') return query.startMillis;
  return at === 'end' ? query.endMillis : at;
};

/** Times that a selector looks at, with its offset: `at(step)` moves with the steps unless it is fixed. */
export interface SelectorTimes {
  readonly firstMillis: number;
  readonly intervalMillis: number;
  readonly lastMillis: number;
}

export const selectorTimes = (
  selector: { readonly at?: AtModifier; readonly offsetMillis: number },
  steps: Steps,
  context: EvaluationContext,
): SelectorTimes => {
  const fixed = fixedTime(selector.at, context);
  const first = (fixed ?? steps.startMillis) - selector.offsetMillis;
  const intervalMillis = fixed === undefined ? steps.intervalMillis : 0;
  return {
    firstMillis: first,
    intervalMillis,
    lastMillis: first + intervalMillis * Math.max(0, steps.count - 1),
  };
};
