import type { Call } from '../../api/dependencies.js';
import { lookbackRange } from '../../shared/time-range.js';
import { searchPath } from '../search/search-params.js';

/** The traces that a service takes part in. */
export const servicePath = (service: string, lookback: string): string =>
  searchPath({ service, range: lookbackRange(lookback) });

/** The traces of the callee in which the caller takes part, too. */
export const callPath = ({ caller, callee }: Call, lookback: string): string =>
  searchPath({
    service: callee,
    range: lookbackRange(lookback),
    ...(caller === callee ? {} : { with: caller }),
  });
