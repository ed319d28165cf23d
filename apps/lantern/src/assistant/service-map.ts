import type { V3CallStats, V3Dependencies, V3OperationStats } from '@lantern/query-api';
import { Explanation, type ExplainOptions } from '@lantern/trace-analysis';
import type { LanternClient } from './lantern-client.js';
import { rfc3339, windowOf } from './time-window.js';

/** Returns which service calls which, and the calls, errors and latencies of each service. */
export const serviceMap = async (
  client: LanternClient,
  last: string,
  options: ExplainOptions = {},
): Promise<string> => {
  const { startUnixNano, endUnixNano } = windowOf(last);
  const params = { startTime: rfc3339(startUnixNano), endTime: rfc3339(endUnixNano) };
  const [{ dependencies }, { services }] = await Promise.all([
    client.json<V3Dependencies>('/api/v3/lantern/dependencies', params),
    client.json<V3OperationStats>('/api/v3/lantern/operations', params),
  ]);
  if (services.length === 0 && dependencies.length === 0) return `No service sent spans in the last ${last}.`;
  const text = new Explanation(options);
  text.add(`Services of the last ${last}. Open: ${client.publicUrl}/dependencies`);
  const byErrors = services.toSorted((a, b) => b.errorCount - a.errorCount || b.callCount - a.callCount);
  text.addList(
    'Requests that each service served:',
    byErrors.map((each) => `- ${each.name}: ${statsOf(each)}`),
    'services',
  );
  text.addList(
    'Calls between services:',
    dependencies.map(({ parent, child, ...stats }) => `- ${parent} → ${child}: ${statsOf(stats)}`),
    'pairs of services',
  );
  return text.finish('Ask for a shorter window.');
};

const statsOf = ({
  callCount,
  errorCount,
  latencyMs,
}: Partial<V3CallStats> & Pick<V3CallStats, 'callCount' | 'errorCount'>): string =>
  `${callCount} calls, ${errorCount} errors${latencyMs === undefined ? '' : `, p50 ${latencyMs.p50} ms, p95 ${latencyMs.p95} ms`}`;
