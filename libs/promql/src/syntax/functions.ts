import type { ValueType } from './ast.js';

export interface PromqlFunction {
  readonly name: string;
  readonly argTypes: readonly ValueType[];
  /** How many arguments may follow beyond all but the last of `argTypes`; -1 for any number. */
  readonly variadic: number;
  readonly returns: ValueType;
  /** Prometheus has it only behind a feature flag. */
  readonly isExperimental: boolean;
}

type FunctionTraits = Partial<Pick<PromqlFunction, 'variadic' | 'returns' | 'isExperimental'>>;

const define = (
  names: string,
  argTypes: readonly ValueType[],
  { variadic = 0, returns = 'vector', isExperimental = false }: FunctionTraits = {},
): PromqlFunction[] =>
  names.split(' ').map((name) => ({ name, argTypes, variadic, returns, isExperimental }));

const OPTIONAL = { variadic: 1 };
const EXPERIMENTAL = { isExperimental: true };

const ALL: readonly PromqlFunction[] = [
  define('abs absent ceil exp floor ln log2 log10 sgn sort sort_desc sqrt timestamp', ['vector']),
  define('acos acosh asin asinh atan atanh cos cosh deg rad sin sinh tan tanh', ['vector']),
  define('days_in_month day_of_month day_of_week day_of_year hour minute month year', ['vector'], OPTIONAL),
  define('histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum', ['vector']),
  define('absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta', [
    'matrix',
  ]),
  define('increase irate last_over_time max_over_time min_over_time present_over_time rate resets', [
    'matrix',
  ]),
  define('stddev_over_time stdvar_over_time sum_over_time', ['matrix']),
  define('clamp', ['vector', 'scalar', 'scalar']),
  define('clamp_max clamp_min', ['vector', 'scalar']),
  define('histogram_fraction', ['scalar', 'scalar', 'vector']),
  define('histogram_quantile', ['scalar', 'vector']),
  define('label_join', ['vector', 'string', 'string', 'string'], { variadic: -1 }),
  define('label_replace', ['vector', 'string', 'string', 'string', 'string']),
  define('pi time', [], { returns: 'scalar' }),
  define('predict_linear', ['matrix', 'scalar']),
  define('quantile_over_time', ['scalar', 'matrix']),
  define('round', ['vector', 'scalar'], OPTIONAL),
  define('scalar', ['vector'], { returns: 'scalar' }),
  define('vector', ['scalar']),
  define('double_exponential_smoothing', ['matrix', 'scalar', 'scalar'], EXPERIMENTAL),
  define('histogram_quantiles', ['vector', 'string', 'scalar', 'scalar'], {
    variadic: 9,
    isExperimental: true,
  }),
  define('mad_over_time ts_of_first_over_time ts_of_last_over_time', ['matrix'], EXPERIMENTAL),
  define('ts_of_max_over_time ts_of_min_over_time', ['matrix'], EXPERIMENTAL),
  define('max_of min_of', ['scalar', 'scalar'], { returns: 'scalar', isExperimental: true }),
  define('sort_by_label sort_by_label_desc', ['vector', 'string'], { variadic: -1, isExperimental: true }),
  define('end range start step', [], { returns: 'scalar', isExperimental: true }),
].flat();

/** All functions by name. */
export const FUNCTIONS: ReadonlyMap<string, PromqlFunction> = new Map(ALL.map((each) => [each.name, each]));
