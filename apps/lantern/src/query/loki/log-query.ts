import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogRangeRequest } from '@lantern/query-api';
import type { LogRow, LogStore } from '@lantern/telemetry-store';
import { HttpError } from '../../http/http-error.js';
import { compilePipeline } from './pipeline.js';

/** Loki's default. */
const QUERY_TIMEOUT_MILLIS = 60_000;

/** A scan lets other requests in after this long. */
const TURN_MILLIS = 10;

/** Loki's own status for a client that went away. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * The first `limit` rows in the direction asked for.
 *
 * @param signal aborted when nobody waits for the answer any more
 * @throws {HttpError} 504 when it takes too long, 499 when it was aborted
 */
export const queryLogs = async (
  store: LogStore,
  { expression, startUnixNano, endUnixNano, direction, limit }: LogRangeRequest,
  signal: AbortSignal,
): Promise<LogRow[]> => {
  const { matchers, lineContains, keeps } = compilePipeline(expression);
  const rows: LogRow[] = [];
  const deadline = performance.now() + QUERY_TIMEOUT_MILLIS;
  let turnEnds = performance.now() + TURN_MILLIS;
  const range = { startUnixNano, endUnixNano };
  for await (const chunk of store.read({ matchers, range, direction, lineContains })) {
    for (const row of chunk) {
      if (keeps(row) && rows.push(row) === limit) return rows;
    }
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    if (signal.aborted) throw new HttpError(CLIENT_CLOSED_REQUEST, 'the request was cancelled by the client');
    if (performance.now() > deadline) {
      throw new HttpError(
        504,
        'request timed out, decrease the duration of the request or add more label matchers ' +
          '(prefer exact match over regex match) to reduce the amount of data processed',
      );
    }
    turnEnds = performance.now() + TURN_MILLIS;
  }
  return rows;
};
