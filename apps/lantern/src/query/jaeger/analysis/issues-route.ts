import { parseV3OperationStatsRequest, type V3Issues } from '@lantern/query-api';
import type { FastifyInstance } from 'fastify';
import { searchParamsOf, sendJson } from '../../../transport/answers/text.js';
import type { TraceQueries } from '../trace-query.js';
import { loadAnalysis } from './load-analysis.js';
import { keyOf, type TracedRequest } from './trace-digests.js';

/** Maximum number of traces that are read. Beyond it the newest are a sample. */
const MAX_TRACES = 200;

/** Maximum number of issues, and of origins, in an answer. */
const MAX_LISTED = 50;

/** Answers what is detected in the newest traces of a service, and where their failures start. */
export const issuesRoute = (traces: TraceQueries) => (server: FastifyInstance) => {
  server.get('/api/v3/lantern/issues', async (request, reply) => {
    const { range, service } = parseV3OperationStatsRequest(searchParamsOf(request));
    const share = server.answerBytes.shareOf(reply);
    const { DETECTION_KINDS } = await loadAnalysis();
    const requests = new Counts<TracedRequest>(keyOf);
    const findings = new Counts<TracedRequest & { readonly kind: keyof typeof DETECTION_KINDS }>(
      (finding) => `${finding.kind}\u0000${keyOf(finding)}`,
    );
    const origins = new Counts<TracedRequest>(keyOf);
    let count = 0;
    let failedTraces = 0;
    let isSampled = false;
    const query = { ...(service !== '' && { service }), range, limit: MAX_TRACES + 1 };
    for await (const { trace } of traces.each(query, share)) {
      isSampled = count === MAX_TRACES;
      if (isSampled) break;
      count++;
      const digest = await traces.digests.of(trace, true, share.hold);
      for (const each of digest.requests) requests.add(each);
      for (const each of digest.findings) if (each.kind !== 'error-origin') findings.add(each);
      if (digest.errorCount > 0) failedTraces++;
      if (digest.origin) origins.add({ service: digest.origin.service, operation: digest.origin.name });
    }
    const answer: V3Issues = {
      traces: count,
      isSampled,
      issues: findings.sorted().map(([{ kind, ...own }, found]) => ({
        ...own,
        kind,
        title: DETECTION_KINDS[kind].title,
        traces: found,
        ofTraces: requests.of(own),
      })),
      failedTraces,
      origins: origins.sorted().map(([own, found]) => ({ ...own, traces: found })),
    };
    return sendJson(reply, JSON.stringify(answer));
  });
};

/** Number of occurrences of each item. */
class Counts<Item> {
  private readonly counted = new Map<string, { readonly item: Item; count: number }>();

  constructor(private readonly nameOf: (item: Item) => string) {}

  add(item: Item): void {
    const name = this.nameOf(item);
    const known = this.counted.get(name);
    if (known === undefined) this.counted.set(name, { item, count: 1 });
    else known.count++;
  }

  of(item: Item): number {
    return this.counted.get(this.nameOf(item))?.count ?? 0;
  }

  /** Returns the most frequent items first. */
  sorted(): (readonly [Item, number])[] {
    return [...this.counted.values()]
      .sort((a, b) => b.count - a.count)
      .slice(0, MAX_LISTED)
      .map(({ item, count }) => [item, count]);
  }
}
