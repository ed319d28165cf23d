import { parseTraceId, type TraceId } from '@lantern/telemetry-model';

/** What a link to a comparison says. */
export interface CompareAddress {
  /** What is compared with: one trace, or several of which the mean is taken. Empty while none is chosen. */
  readonly a: readonly TraceId[];
  readonly b: readonly TraceId[];
  /** Traces to choose from, as a search found them. */
  readonly cohort: readonly TraceId[];
  /** Only calls that differ. */
  readonly isDifferent: boolean;
  readonly order: CallOrder;
}

/** As they call each other, or the largest difference first. */
export type CallOrder = 'tree' | 'difference';

/** Reads `/trace/<a>...<b>`, Jaeger's address; a side may be several ids, separated by commas. */
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

/** `parseCompareAddress` reads the same back. */
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

/** What is no id is left out, and so is what comes again. */
const traceIdsIn = (text: string): TraceId[] => [
  ...new Set(
    text
      .split(',')
      .map((part) => parseTraceId(part.trim()))
      .filter((id) => id !== undefined),
  ),
];
