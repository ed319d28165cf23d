import { SpanKind, formatCount } from '@lantern/telemetry-model';
import type { Call } from '../call.js';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import type { TraceFacts } from '../trace-facts.js';

/** Answers that callers ask for on purpose: whether something exists, or is still as it was. */
const EXPECTED_STATUS = new Set(['304', '404', '409', '410', '412']);

/**
 * Finds failures that no caller reports: a failed span below a parent that succeeded. A failure that a later attempt made up
 * for is left out, and so are answers that callers expect (404 and similar). Equal failures are one detection.
 */
export const detectSwallowedErrors: Detector = (facts) => {
  if (facts.table.errorCount === 0) return [];
  const callOfRow = new Map(facts.calls.map((call) => [call.row, call]));
  const successes = new Successes(facts);
  const rowsByKey = new Map<string, number[]>();
  for (let row = 0; row < facts.table.length; row++) {
    const parent = facts.parent(row);
    if (!facts.isError(row) || parent === -1 || facts.isError(parent)) continue;
    if (isExpected(facts, row) || successes.isMadeUpFor(row, callOfRow.get(row)) || isHandedOver(facts, row))
      continue;
    const key = [facts.service(parent), facts.operation(parent), facts.operation(row)].join('\u0000');
    const rows = rowsByKey.get(key);
    if (rows === undefined) rowsByKey.set(key, [row]);
    else rows.push(row);
  }
  return [...rowsByKey.values()].flatMap((rows): Detection[] => {
    const [first] = rows;
    if (first === undefined) return [];
    const parent = facts.parent(first);
    return [
      {
        kind: 'swallowed-error',
        share: 0,
        rows,
        text:
          `${codeText(facts.operation(first))} in ${codeText(facts.service(first))} failed` +
          `${rows.length === 1 ? '' : ` ${formatCount(rows.length)} times`}, and ${codeText(facts.operation(parent))} ` +
          `above it succeeded.`,
      },
    ];
  });
};

const isExpected = (facts: TraceFacts, row: number): boolean =>
  EXPECTED_STATUS.has(facts.fields[row]?.text('status') ?? '');

/** Start of the last success by parent or request, and by name or call: what failed before it was made up for. */
class Successes {
  private readonly lastOf = new Map<string, number>();

  constructor(private readonly facts: TraceFacts) {
    for (const call of facts.calls) if (!facts.isError(call.row)) this.add(callKey(call), call.row);
    for (let row = 0; row < facts.table.length; row++) {
      const isCall = !(facts.fields[row]?.isEmpty ?? true);
      if (!facts.isError(row) && !isCall && facts.parent(row) !== -1 && this.hasFailures(row)) {
        this.add(nameKey(facts, row), row);
      }
    }
  }

  isMadeUpFor(row: number, call: Call | undefined): boolean {
    const key = call === undefined ? nameKey(this.facts, row) : callKey(call);
    return (this.lastOf.get(key) ?? -Infinity) >= this.facts.end(row);
  }

  private add(key: string, row: number): void {
    this.lastOf.set(key, Math.max(this.lastOf.get(key) ?? -Infinity, this.facts.start(row)));
  }

  private hasFailures(row: number): boolean {
    return (this.facts.table.errorsBelow[this.facts.parent(row)] ?? 0) > 0;
  }
}

const callKey = ({ owner, exact, pattern }: Call): string => `${owner} ${exact ?? pattern}`;

const nameKey = (facts: TraceFacts, row: number): string =>
  `${facts.parent(row)}\u0000${facts.operation(row)}`;

/** Whether the span ran behind a queue: its producer cannot report its failure. */
const isHandedOver = (facts: TraceFacts, row: number): boolean => facts.kind(row) === SpanKind.consumer;
