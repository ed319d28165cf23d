import { formatGoDuration } from '@lantern/go-syntax';
import type { TimeRange } from '../../time-range/time-range.js';
import { searchPath } from '../search/search-params.js';
import type { OperationRow } from './operation-rows.js';

/** Returns the path of a search for traces with the operation. */
export const tracesPath = ({ service, name }: OperationRow, range: TimeRange): string =>
  searchPath({ service, operation: name, range });

/** Returns the path of a search for traces in which the operation failed. */
export const failedPath = ({ service, name }: OperationRow, range: TimeRange): string =>
  searchPath({ service, operation: name, range, tags: { error: 'true' } });

/** Returns the path of a search for traces in which the operation took longer than its p95. */
export const slowPath = ({ service, name, latencyMs }: OperationRow, range: TimeRange): string =>
  searchPath({
    service,
    operation: name,
    range,
    minDuration: formatGoDuration(BigInt(Math.floor(latencyMs.p95 * 1_000)) * 1_000n),
    sort: 'longest',
  });
