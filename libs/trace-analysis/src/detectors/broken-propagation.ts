import { SpanKind, formatCounted } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import type { TraceFacts } from '../trace-facts.js';

/**
 * Finds calls that arrived at an instrumented service without the trace context: a CLIENT span with an answer, but without
 * a SERVER span below it, although other calls to the same address have one or the address names a service of the trace.
 *
 *     gateway   GET orders:8002   ├──────┤      gateway   GET orders:8002   ├──────┤
 *     orders      GET /orders      ├────┤         (nothing)
 */
export const detectBrokenPropagation: Detector = (facts) => {
  const instrumented = new Map<string, string>();
  const silent = new Map<string, number[]>();
  for (const { row, protocol } of facts.calls) {
    if (protocol !== 'http' && protocol !== 'rpc') continue;
    const address = addressOf(facts, row);
    if (address === undefined) continue;
    const receiver = facts.receiverOf(row);
    if (receiver !== -1) instrumented.set(address, facts.service(receiver));
    else if (wasAnswered(facts, row) && !hasChild(facts, row) && !isInsideOf(facts, row)) {
      const rows = silent.get(address);
      if (rows === undefined) silent.set(address, [row]);
      else rows.push(row);
    }
  }
  const names = new Map(facts.table.services.map((service) => [service.toLowerCase(), service]));
  return [...silent].flatMap(([address, all]): Detection[] => {
    const host = address.replace(/:\d+$/, '').toLowerCase();
    const rows = all.filter((row) => {
      const peer = facts.fields[row]?.text('peer')?.toLowerCase();
      const named = names.get(peer ?? '') ?? names.get(host);
      return instrumented.has(address) || (named !== undefined && named !== facts.service(row));
    });
    const [first] = rows;
    if (first === undefined) return [];
    const peer = facts.fields[first]?.text('peer');
    const service = instrumented.get(address) ?? peer ?? names.get(host) ?? host;
    return [
      {
        kind: 'broken-propagation',
        share: 0,
        rows,
        text:
          `${formatCounted(rows.length, 'call')} from ${codeText(facts.service(first))} to ${codeText(service)} ` +
          `${rows.length === 1 ? 'has' : 'have'} no span there, although ${codeText(service)} sends spans of this trace.`,
      },
    ];
  });
};

/** Whether a span without its parent ran during the call: then the SERVER span is lost, and the context was not. */
const isInsideOf = (facts: TraceFacts, row: number): boolean => {
  const { isOrphan, length } = facts.table;
  // Orphans are the last trees of the table.
  for (let orphan = length - 1; orphan >= 0; orphan--) {
    if (facts.parent(orphan) !== -1) continue;
    if (isOrphan[orphan] !== 1) return false;
    if (facts.start(orphan) >= facts.start(row) && facts.end(orphan) <= facts.end(row)) return true;
  }
  return false;
};

const addressOf = (facts: TraceFacts, row: number): string | undefined => {
  const fields = facts.fields[row];
  const authority = /^[a-z]+:\/\/(?:[^@/?#]*@)?([^/?#]+)/i.exec(fields?.text('url') ?? '')?.[1];
  if (authority !== undefined) return authority;
  const host = fields?.text('host');
  const port = fields?.text('port');
  return host === undefined ? fields?.text('peer') : port === undefined ? host : `${host}:${port}`;
};

/** Whether the called service answered: a connection that failed reached nothing that could have a span. */
const wasAnswered = (facts: TraceFacts, row: number): boolean =>
  facts.fields[row]?.text('status') !== undefined || !facts.isError(row);

const hasChild = (facts: TraceFacts, row: number): boolean => {
  for (let child = row + 1; child < facts.behind(row); child++) {
    if (facts.service(child) !== facts.service(row) || facts.kind(child) === SpanKind.server) return true;
  }
  return false;
};
