import { NANOS_PER_MILLI, formatNanos, formatShare } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detector } from '../detector.js';

/** Share of the trace from which one statement decides how long the request takes. */
const LEAST_SHARE = 0.5;
/** Below this, the trace is so short that a statement which dominates it is none that a user notices. */
const LEAST_NANOS = 100 * Number(NANOS_PER_MILLI);

/** Finds the one statement that takes half of the trace or more. */
export const detectSlowStatements: Detector = (facts) =>
  facts.calls.flatMap((call) => {
    if (call.protocol !== 'sql' && call.protocol !== 'database') return [];
    if (call.statement?.isLock === true) return [];
    const nano = facts.timeOf(call);
    const share = facts.share(nano);
    if (share < LEAST_SHARE || nano < LEAST_NANOS) return [];
    const { row } = call;
    return [
      {
        kind: 'slow-statement',
        share,
        rows: [row],
        text:
          `One ${codeText(call.label)} in ${codeText(facts.service(row))} takes ${formatNanos(nano)} of ` +
          `${formatNanos(facts.table.duration)}, ${formatShare(BigInt(Math.round(nano)), BigInt(Math.round(facts.table.duration)))} of the trace.`,
      },
    ];
  });
