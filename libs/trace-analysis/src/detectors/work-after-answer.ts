import { NANOS_PER_MILLI, SpanKind, formatNanos } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';

/** Less may be the clean-up of a framework, or times that were truncated. */
const LEAST_NANOS = Number(NANOS_PER_MILLI);
const LEAST_SHARE = 0.02;

/**
 * Finds work of a service that goes on after its SERVER span ended. What runs behind a queue is left out: that is meant to.
 */
export const detectWorkAfterAnswer: Detector = (facts) => {
  const { table } = facts;
  const lastByServer = new Map<number, { rows: number[]; end: number }>();
  const server = new Int32Array(table.length).fill(-1);
  for (let row = 0; row < table.length; row++) {
    const parent = facts.parent(row);
    if (facts.kind(row) === SpanKind.server) {
      server[row] = row;
      continue;
    }
    const isHandedOver = facts.kind(row) === SpanKind.consumer;
    const isSameService = parent !== -1 && table.service[parent] === table.service[row];
    if (!isSameService || isHandedOver) continue;
    const answered = server[parent] ?? -1;
    server[row] = answered;
    if (answered === -1 || facts.end(row) - facts.end(answered) < LEAST_NANOS) continue;
    const last = lastByServer.get(answered) ?? { rows: [], end: 0 };
    lastByServer.set(answered, last);
    last.rows.push(row);
    last.end = Math.max(last.end, facts.end(row));
  }
  return [...lastByServer].flatMap(([answered, { rows, end }]): Detection[] => {
    const nano = end - facts.end(answered);
    const share = facts.share(nano);
    if (share < LEAST_SHARE) return [];
    return [
      {
        kind: 'work-after-answer',
        share,
        rows,
        text:
          `${codeText(facts.operation(answered))} in ${codeText(facts.service(answered))} answered after ` +
          `${formatNanos(facts.duration(answered))}; ${codeText(facts.operation(rows[0] ?? answered))} went on for ${formatNanos(nano)}.`,
      },
    ];
  });
};
