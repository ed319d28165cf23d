import { NANOS_PER_MILLI, formatNanos } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import type { TraceFacts } from '../trace-facts.js';

const LEAST_SHARE = 0.1;
/** A connection over TLS on a local network takes up to about this long to open; that is no wait for others. */
const LEAST_NANOS = 20 * Number(NANOS_PER_MILLI);
/** A wait is that many times as long as the work that it waited to do. */
const LEAST_RATIO = 2;

/** Spans that wait for a connection of a pool. */
const POOL_NAME =
  /pool.*(?:connect|acquire|get|checkout|wait)|(?:acquire|checkout|get)[ ._-]?connection|connection[ ._-]?(?:acquire|checkout|wait)/i;
const CONNECT_NAME = /(?:^|[ ._:-])connect$/i;
const LOCK_NAME =
  /(?:acquire|wait|await|obtain)[\s._-]*(?:for[\s._-]*)?(?:the[\s._-]*)?(?:\w+[\s._-]*)?(?:lock|mutex|semaphore)|(?:lock|mutex|semaphore)[\s._-]*(?:acquire|wait|obtain)/i;

/**
 * Finds waits for a free connection or a lock: long spans in which nothing happens, before short work.
 *
 *     pg-pool.connect   ├──────────────────┤
 *     SELECT users                          ├─┤
 *
 * A pool that opens a connection is left out: that has a child span.
 */
export const detectResourceWaits: Detector = (facts) => {
  const found: Detection[] = [];
  const locks = new Map(
    facts.calls.filter(({ statement }) => statement?.isLock === true).map((call) => [call.row, call]),
  );
  for (let row = 0; row < facts.table.length; row++) {
    const what = waitOf(facts, row, locks.has(row));
    if (what === undefined) continue;
    const nano = facts.criticalIn(row) > 0 ? facts.criticalIn(row) : facts.duration(row);
    const share = facts.share(nano);
    if (share < LEAST_SHARE || nano < LEAST_NANOS) continue;
    if (what === 'connection' && nano < LEAST_RATIO * longestNext(facts, row)) continue;
    const label = locks.get(row)?.label ?? facts.operation(row);
    found.push({
      kind: 'resource-wait',
      share,
      rows: [row],
      text:
        `${codeText(facts.service(row))} waits ${formatNanos(nano)} of ${formatNanos(facts.table.duration)} for a ${what} ` +
        `(${codeText(label)}).`,
    });
  }
  return found;
};

const waitOf = (facts: TraceFacts, row: number, isLock: boolean): 'connection' | 'lock' | undefined => {
  if (isLock) return 'lock';
  const isLeaf = facts.behind(row) === row + 1;
  if (!isLeaf) return undefined;
  const name = facts.operation(row);
  if (LOCK_NAME.test(name)) return 'lock';
  if (POOL_NAME.test(name)) return 'connection';
  const isDatabase =
    facts.fields[row]?.text('system') !== undefined || /^(?:pg|mysql2?|mongodb|redis|knex)\b/i.test(name);
  // Below a span of a pool, it is the connection itself that takes its time.
  const parent = facts.parent(row);
  const isOpening = parent !== -1 && POOL_NAME.test(facts.operation(parent));
  return isDatabase && CONNECT_NAME.test(name) && !isOpening ? 'connection' : undefined;
};

/** Returns the duration of the next sibling, which uses the connection. */
const longestNext = (facts: TraceFacts, row: number): number => {
  const next = facts.behind(row);
  return next < facts.table.length && facts.parent(next) === facts.parent(row) ? facts.duration(next) : 0;
};
