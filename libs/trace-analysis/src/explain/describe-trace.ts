import { buildCallTree, formatNanos, selfTimes, timeTaken, type CallNode } from '@lantern/telemetry-model';
import { detect } from '../detect.js';
import { DETECTION_KINDS, type Detection } from '../detection.js';
import { originOfFailure } from '../failure.js';
import type { TraceFacts } from '../trace-facts.js';
import { Explanation, type ExplainOptions } from './explanation.js';
import { headline, linkTo, nameOf, oneLine, shareText } from './span-text.js';

/**
 * Describes a trace: what it is, where it failed, what the detectors found, where its time went, and its calls as a tree.
 * Calls on the critical path and failed ones come first when not all fit.
 */
export const describeTrace = (
  facts: TraceFacts,
  options: ExplainOptions = {},
  detections: readonly Detection[] = detect(facts),
): string => {
  const { table } = facts;
  const text = new Explanation(options);
  const baseUrl = options.baseUrl ?? '';
  if (table.length === 0) return `Trace ${facts.traceId} has no spans.`;
  text.add(headline(facts), `Open: ${linkTo(facts, baseUrl)}`);
  const origin = originOfFailure(facts);
  if (origin !== undefined) {
    const message = oneLine(origin.message, 300);
    text.add(`Failed first: ${nameOf(facts, origin.row)}${message === '' ? '' : `: ${message}`}`);
  }
  text.addList('Detections (share of the time):', detections.map(detectionLine), 'detections');
  const times = timeTaken(table, facts.path)
    .slice(0, 8)
    .map(
      ({ service, nano, operation, operationNano }) =>
        `- ${oneLine(service, 60)}: ${formatNanos(nano)} (${shareText(nano, table.duration)}), most of it in ${oneLine(operation, 80)} (${formatNanos(operationNano)})`,
    );
  text.addList('Time on the critical path by service:', times, 'services');
  addCalls(text, facts);
  return text.finish(`All spans: ${baseUrl}/api/v3/traces/${facts.traceId}`);
};

export const detectionLine = ({ kind, share, text }: Detection): string =>
  `- ${DETECTION_KINDS[kind].title}${share > 0 ? ` (${shareText(share * 1e6, 1e6)})` : ''}: ${text} ${DETECTION_KINDS[kind].advice}`;

const addCalls = (text: Explanation, facts: TraceFacts): void => {
  const { nodes } = buildCallTree(facts.table, { self: selfTimes(facts.table), critical: facts.critical });
  if (!text.add('', 'Calls (count × service operation, time, ! errors, * time on the critical path):')) {
    text.leaveOut(`all ${nodes.length} calls`);
    return;
  }
  const lines = nodes.map((node) => callLine(node));
  const chosen = new Set<number>();
  let room = text.room;
  const byWeight = nodes.toSorted((a, b) => weightOf(b) - weightOf(a) || a.index - b.index);
  for (const node of byWeight) {
    const added: number[] = [];
    for (let at = node.index; at !== -1 && !chosen.has(at); at = nodes[at]?.parent ?? -1) added.push(at);
    const length = added.reduce((sum, at) => sum + (lines[at]?.length ?? 0) + 1, 0);
    if (length > room) continue;
    room -= length;
    for (const at of added) chosen.add(at);
  }
  for (const node of nodes) if (chosen.has(node.index)) text.add(lines[node.index] ?? '');
  const missing = nodes.length - chosen.size;
  if (missing > 0) {
    const spans = nodes.reduce((sum, node) => sum + (chosen.has(node.index) ? 0 : node.count), 0);
    text.leaveOut(`${missing} of ${nodes.length} calls with ${spans} spans that are shorter`);
  }
};

/** Failed calls first, then those that the end of the trace waited for. */
const weightOf = ({ errorCount, criticalNano, totalNano }: CallNode): number =>
  (errorCount > 0 ? 1e18 : 0) + criticalNano * 1e3 + totalNano;

const callLine = ({
  depth,
  count,
  service,
  operation,
  totalNano,
  errorCount,
  criticalNano,
}: CallNode): string =>
  `${' '.repeat(Math.min(depth, 20))}${count > 1 ? `${count} × ` : ''}${oneLine(service, 40)} ${oneLine(operation, 60)} ${formatNanos(totalNano)}` +
  `${errorCount > 0 ? ` !${errorCount}` : ''}${criticalNano > 0 ? ` *${formatNanos(criticalNano)}` : ''}`;
