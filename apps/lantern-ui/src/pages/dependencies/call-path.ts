import type { Call } from '../../api/dependencies.js';
import type { TimeRange } from '../../time-range/time-range.js';
import { searchPath } from '../search/search-params.js';

/** Returns the path of a search for the traces of a service. */
export const servicePath = (service: string, range: TimeRange): string => searchPath({ service, range });

/** Returns the path of a search for the traces of the callee that involve the caller. */
export const callPath = ({ caller, callee }: Call, range: TimeRange): string =>
  searchPath({
    service: callee,
    range,
    ...(caller === callee ? {} : { with: caller }),
  });
