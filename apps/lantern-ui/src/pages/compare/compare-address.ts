import { parseTraceId, type TraceId } from '@lantern/telemetry-model';

/** State of the page that the URL holds. */
export interface CompareAddress {
  /** Baseline: one trace, or several to be averaged. Empty if none is selected. */
  readonly a: readonly TraceId[];
  readonly b: readonly TraceId[];
  /** Traces to select from, as a search passed them. */
  readonly cohort: readonly TraceId[];
  /** Whether only different calls are shown. */
  readonly isDifferent: boolean;
  readonly order: CallOrder;
}

/** Order of the calls: as a tree, or by the size of the difference. */
export type CallOrder = 'tree' | 'difference';

/** Parses `/trace/<a>...<b>`, the path that Jaeger uses. A side may have several IDs, separated by commas. */
export const parseCompareAddress = (sides: string, params: URLSearchParams): CompareAddress => {
  const [a = '', b = ''] = sides.split('...');
  return {
    a: traceIdsIn(a),
    b: traceIdsIn(b),
    cohort: traceIdsIn(params.getAll('cohort').join(',')),
    isDifferent: params.get('only') === 'different',
    order: params.get('order') === 'difference' ? 'difference' : 'tree',
  };
};

/** Returns the path of the page. Inverse of `parseCompareAddress`. */
export const comparePath = ({
  a = [],
  b = [],
  cohort = [],
  isDifferent,
  order,
}: Partial<CompareAddress>): string => {
  const params = new URLSearchParams();
  if (cohort.length > 0) params.set('cohort', cohort.join(','));
  if (isDifferent === true) params.set('only', 'different');
  if (order === 'difference') params.set('order', 'difference');
  const query = params.toString().replaceAll('%2C', ',');
  return `/trace/${a.join(',')}...${b.join(',')}${query === '' ? '' : `?${query}`}`;
};

/** Invalid and duplicate IDs are ignored. */
const traceIdsIn = (text: string): TraceId[] => [
  ...new Set(
    text
      .split(',')
      .map((part) => parseTraceId(part.trim()))
      .filter((id) => id !== undefined),
  ),
];
