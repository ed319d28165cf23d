import { formatCount, formatNanos } from '@lantern/telemetry-model';
import type { Call } from '../call.js';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import type { TraceFacts } from '../trace-facts.js';
import { countSequential } from './sequence.js';

/** Number of equal reads in one request that is no coincidence: forms read four lists one after another. */
const LEAST_CALLS = 5;
/** Share of the trace that has to be gained, so that a detection is worth the reader's time. */
const LEAST_SHARE = 0.05;
/** Share of the calls that have to wait for the previous one. Calls that overlap were sent in parallel on purpose. */
const LEAST_SEQUENTIAL = 0.8;

/**
 * Finds reads that one request sends one after another and that differ only in their values, whatever is between them:
 *
 *     GET /orders          server ├──────────────────────────────┤
 *       SELECT orders             ├──┤
 *       SELECT products               ├─┤   ├─┤   ├─┤   ├─┤ ├─┤
 *       SELECT prices                    ├─┤   ├─┤   ├─┤
 *
 * Pages of a list, polls of the same thing, failed attempts and writes are left out: another query cannot replace them.
 */
export const detectNPlusOne: Detector = (facts) => {
  const found: Detection[] = [];
  for (const calls of facts.callsByOwner().values()) {
    if (calls.length < LEAST_CALLS) continue;
    for (const group of groupByPattern(calls).values()) {
      const detection = detectionOf(facts, group);
      if (detection !== undefined) found.push(detection);
    }
  }
  return found;
};

const groupByPattern = (calls: readonly Call[]): Map<string, Call[]> => {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    if (!call.isRead || call.isPage) continue;
    const group = groups.get(call.pattern);
    if (group === undefined) groups.set(call.pattern, [call]);
    else group.push(call);
  }
  return groups;
};

const detectionOf = (facts: TraceFacts, group: readonly Call[]): Detection | undefined => {
  const [first] = group;
  if (first === undefined || group.length < LEAST_CALLS) return undefined;
  const calls = group.filter(({ row }) => !facts.isError(row));
  if (calls.length < LEAST_CALLS || readsTheSame(calls) || isConnectionTest(first)) return undefined;
  const rows = calls.map(({ row }) => row);
  if (countSequential(facts, rows) < calls.length * LEAST_SEQUENTIAL) return undefined;

  const nano = calls.reduce((sum, call) => sum + facts.timeOf(call), 0);
  const share = facts.share(nano * (1 - 1 / calls.length));
  if (share < LEAST_SHARE) return undefined;
  const isQuery = first.protocol === 'sql' || first.protocol === 'database';
  return {
    kind: isQuery ? 'n-plus-one-queries' : 'n-plus-one-calls',
    share,
    rows: rows.toSorted((a, b) => a - b),
    text:
      `${formatCount(calls.length)} × ${codeText(first.label)} one after another in ${codeText(facts.service(first.row))}: ` +
      `${formatNanos(nano)} of ${formatNanos(facts.table.duration)}; one ${isQuery ? 'query' : 'call'} would do.`,
  };
};

/** Whether all calls are known to ask for the same: a poll, or a query that should be cached instead. */
const readsTheSame = ([first, ...others]: readonly Call[]): boolean =>
  first?.exact !== undefined && others.every(({ exact }) => exact === first.exact);

/** Whether the query reads no table: pools test their connections with `SELECT 1`. */
const isConnectionTest = ({ statement }: Call): boolean => statement?.tables.length === 0;
