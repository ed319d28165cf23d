import type { Call } from '../../api/dependencies.js';
import type { TimeRange } from '../../shared/time-range.js';
import { searchPath } from '../search/search-params.js';

/** The traces that a service takes part in. */
export const servicePath = (service: string, range: TimeRange): string => searchPath({ service, range });

/** The traces of the callee in which the caller takes part, too. */
export const callPath = ({ caller, callee }: Call, range: TimeRange): string =>
  searchPath({
    service: callee,
    range,
    ...(caller === callee ? {} : { with: caller }),
  });
