import { formatGoDuration } from '@lantern/go-syntax';
import type { TimeRange } from '../../shared/time-range.js';
import { searchPath } from '../search/search-params.js';
import type { OperationRow } from './operation-rows.js';

/** The traces in which the operation was called. */
export const tracesPath = ({ service, name }: OperationRow, range: TimeRange): string =>
  searchPath({ service, operation: name, range });

/** Those in which it failed. */
export const failedPath = ({ service, name }: OperationRow, range: TimeRange): string =>
  searchPath({ service, operation: name, range, tags: { error: 'true' } });

/** Those in which it took longer than nineteen of twenty. */
export const slowPath = ({ service, name, latencyMs }: OperationRow, range: TimeRange): string =>
  searchPath({
    service,
    operation: name,
    range,
    minDuration: formatGoDuration(BigInt(Math.floor(latencyMs.p95 * 1_000)) * 1_000n),
    sort: 'longest',
  });
