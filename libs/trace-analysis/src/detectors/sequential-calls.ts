import { attributeText, formatCount, formatNanos } from '@lantern/telemetry-model';
import type { Call } from '../call.js';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import type { TraceFacts } from '../trace-facts.js';

/** Share of the trace that has to be gained by sending the calls together. */
const LEAST_SHARE = 0.15;
/** Share of the trace below which a call is not worth sending together with others. */
const LEAST_SHARE_OF_CALL = 0.01;

/** Words in a call, or in a span around it, that say that later work depends on its outcome. */
const CONTROLS =
  /auth|login|token|session|permission|verif|validat|check|ensure|exists|guard|quota|limit|flag|health|lock|stock|reserv/i;

/**
 * Finds different reads of one request that wait for each other although none uses what another one returned:
 *
 *     GET /profile     server ├───────────────────┤        ├───────┤
 *       GET /users/7          ├─────┤                      ├─────┤
 *       GET /orders?user=7           ├─────┤          →    ├─────┤
 *       GET /offers                         ├─────┤        ├─────┤
 *
 * A call uses nothing of the others when all its values were known before the first of them: they are in the attributes of
 * the request or in the first call. Writes, failures and calls that decide about others (authentication, checks) end a
 * sequence.
 */
export const detectSequentialCalls: Detector = (facts) => {
  const found: Detection[] = [];
  for (const [owner, calls] of facts.callsByOwner()) {
    if (calls.length < 2) continue;
    for (const run of independentRuns(facts, owner, calls)) {
      const detection = detectionOf(facts, run);
      if (detection !== undefined) found.push(detection);
    }
  }
  return found;
};

const detectionOf = (facts: TraceFacts, run: readonly Call[]): Detection | undefined => {
  const [first] = run;
  if (first === undefined || run.length < 2) return undefined;
  const nanos = run.map((call) => facts.timeOf(call));
  const nano = nanos.reduce((sum, time) => sum + time, 0);
  const gain = nano - Math.max(...nanos);
  const share = facts.share(gain);
  if (share < LEAST_SHARE) return undefined;
  const labels = run.slice(0, 4).map(({ label }) => codeText(label));
  if (run.length > labels.length) labels.push('…');
  return {
    kind: 'sequential-calls',
    share,
    rows: run.map(({ row }) => row).toSorted((a, b) => a - b),
    text:
      `${formatCount(run.length)} independent calls one after another in ${codeText(facts.service(first.row))} ` +
      `(${labels.join(', ')}): ${formatNanos(nano)} of ${formatNanos(facts.table.duration)}; ` +
      `together they would take ${formatNanos(nano - gain)}.`,
  };
};

function* independentRuns(
  facts: TraceFacts,
  owner: number,
  calls: readonly Call[],
): Generator<readonly Call[]> {
  const given = new Set(
    facts.spans[owner]?.span.attributes.flatMap(({ value }) => wordsOf(attributeText(value))) ?? [],
  );
  const least = facts.table.duration * LEAST_SHARE_OF_CALL;
  let run: Call[] = [];
  let known = new Set<string>();
  let end = -Infinity;
  for (const call of calls) {
    const startsAfter = facts.start(call.row) >= end;
    end = Math.max(end, facts.end(call.row));
    const isFree = isFreeRead(facts, call);
    if (isFree && startsAfter && facts.duration(call.row) < least) continue;
    const isNext =
      isFree &&
      startsAfter &&
      run.every(({ pattern }) => pattern !== call.pattern) &&
      call.values?.flatMap(wordsOf).every((word) => given.has(word) || known.has(word)) === true;
    if (!isNext) {
      if (run.length > 1) yield run;
      run = [];
    }
    if (!isFree) continue;
    if (run.length === 0) known = new Set(call.values?.flatMap(wordsOf));
    run.push(call);
  }
  if (run.length > 1) yield run;
}

const isFreeRead = (facts: TraceFacts, call: Call): boolean => {
  const { row, owner, isRead, isPage, protocol, label, statement } = call;
  if (!isRead || isPage || facts.isError(row)) return false;
  if (protocol !== 'http' && protocol !== 'sql') return false;
  if (statement?.tables.length === 0 || CONTROLS.test(label)) return false;
  let steps = 0;
  for (let above = facts.parent(row); above !== -1 && above !== owner; above = facts.parent(above)) {
    // Deeper than that, nothing is known.
    if (++steps > MAX_STEPS || CONTROLS.test(facts.operation(above))) return false;
  }
  return true;
};

/** Number of spans between a call and its request that are looked at. */
const MAX_STEPS = 16;

/** Returns the parts of a text that may be values: those with a digit, and whole short texts. */
const wordsOf = (text: string): string[] => {
  const words = text.split(/[^\w.@-]+/).filter((word) => /\d/.test(word));
  return words.length > 0 ? words : text.length <= 64 ? [text] : [];
};
