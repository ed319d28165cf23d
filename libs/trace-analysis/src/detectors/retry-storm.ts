import { formatCount, formatNanos } from '@lantern/telemetry-model';
import type { Call } from '../call.js';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import type { TraceFacts } from '../trace-facts.js';

/** Failed attempts that a request makes before more of them only add load. Most clients retry once or twice. */
const LEAST_FAILED = 3;
const LEAST_SHARE = 0.05;

interface Storm {
  readonly first: Call;
  readonly rows: number[];
  failed: number;
  requests: number;
  nano: number;
}

/**
 * Finds calls that a request sends again after each failure. Retries in several layers multiply, so the attempts of all
 * requests of a service to the same target count together:
 *
 *     gateway   POST /orders     ├──── failed ────┤ ├──── failed ────┤
 *     orders      POST /charge    ├─✗─┤ ├─✗─┤ ├─✗─┤  ├─✗─┤ ├─✗─┤ ├─✗─┤     6 attempts in 2 requests
 */
export const detectRetryStorms: Detector = (facts) => {
  if (facts.table.errorCount === 0) return [];
  const storms = new Map<string, Storm>();
  for (const calls of facts.callsByOwner().values()) {
    if (calls.length < 2 || !calls.some(({ row }) => facts.isError(row))) continue;
    const groups = new Map<string, Call[]>();
    for (const call of calls) {
      const key = call.exact ?? call.pattern;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [call]);
      else group.push(call);
    }
    for (const [key, group] of groups) addAttempts(facts, storms, key, group);
  }
  return [...storms.values()].flatMap((storm): Detection[] => {
    const share = facts.share(storm.nano);
    if (storm.failed < LEAST_FAILED || share < LEAST_SHARE) return [];
    const { first, rows, failed, requests, nano } = storm;
    return [
      {
        kind: 'retry-storm',
        share,
        rows: rows.toSorted((a, b) => a - b),
        text:
          `${codeText(facts.service(first.row))} sent ${codeText(first.label)} ${formatCount(rows.length)} times` +
          `${requests > 1 ? ` in ${formatCount(requests)} requests` : ''}, ${formatCount(failed)} failed: ` +
          `${formatNanos(nano)} of ${formatNanos(facts.table.duration)}.`,
      },
    ];
  });
};

/** Adds the attempts of one request, if at least one of them was made because the previous one failed. */
const addAttempts = (
  facts: TraceFacts,
  storms: Map<string, Storm>,
  key: string,
  group: readonly Call[],
): void => {
  // Attempts follow each other; calls that overlap were sent for different things.
  const attempts: Call[] = [];
  for (const call of group) {
    const previous = attempts.at(-1);
    if (
      previous === undefined ||
      (facts.isError(previous.row) && facts.start(call.row) >= facts.end(previous.row))
    ) {
      attempts.push(call);
    } else if (facts.start(call.row) < facts.end(previous.row)) return;
    else break;
  }
  const [first] = attempts;
  const last = attempts.at(-1);
  if (first === undefined || last === undefined || attempts.length < 2) return;
  const storm = storms.get(`${facts.service(first.row)} ${key}`) ?? {
    first,
    rows: [],
    failed: 0,
    requests: 0,
    nano: 0,
  };
  storms.set(`${facts.service(first.row)} ${key}`, storm);
  storm.rows.push(...attempts.map(({ row }) => row));
  storm.failed += attempts.filter(({ row }) => facts.isError(row)).length;
  storm.requests++;
  // The pauses between the attempts count: the caller waits for them.
  storm.nano += facts.end(last.row) - facts.start(first.row);
};
