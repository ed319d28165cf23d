import { closest } from '../patterns/similarity.js';
import type { TestSpan } from '../trace/test-span.js';
import type { TestTrace } from '../trace/test-trace.js';
import type { Verdict } from './verdict.js';

/** Part of a trace that one service has done for one call: a span called from another service, and its own spans below. */
interface Visit {
  readonly service: string;
  readonly calls: Visit[];
}

/** Returns the visits of the roots. */
const visitsOf = (trace: TestTrace): Visit[] => {
  const roots: Visit[] = [];
  const visits = new Map<TestSpan, Visit>();
  // Depth first: the parent has its visit already.
  for (const span of trace.spans) {
    const above = span.parent && visits.get(span.parent);
    if (above?.service === span.service) visits.set(span, above);
    else {
      const visit: Visit = { service: span.service, calls: [] };
      (above?.calls ?? roots).push(visit);
      visits.set(span, visit);
    }
  }
  return roots;
};

const allVisits = (visits: readonly Visit[]): Visit[] => {
  const all = [...visits];
  for (const { calls } of all) all.push(...calls);
  return all;
};

/** Returns how many services of the path are reached from a visit of the first one. */
const reach = (visit: Visit, path: readonly string[], from = 0): number => {
  if (visit.service !== path[from]) return from;
  return Math.max(from + 1, ...visit.calls.map((call) => reach(call, path, from + 1)));
};

/**
 * Number of calls between services: spans whose parent is a span of another service.
 */
export const callCount = (trace: TestTrace): number =>
  trace.spans.filter(({ service, parent }) => parent !== undefined && parent.service !== service).length;

export const checkCalls = (trace: TestTrace, path: string): Verdict => {
  const services = path.split('>').map((service) => service.trim());
  if (services.length < 2 || services.includes('')) {
    throw new TypeError(
      `toHaveCalls() needs a path such as "gateway > orders > users", received ${JSON.stringify(path)}.`,
    );
  }
  const visits = visitsOf(trace);
  const reached = Math.max(0, ...allVisits(visits).map((visit) => reach(visit, services)));
  const pass = reached === services.length;
  const missing = services[reached] ?? '';
  const meant = trace.services.includes(missing) ? undefined : closest(missing, trace.services);
  return {
    pass,
    isOpen: !pass,
    expected: `calls ${services.join(' > ')}`,
    found: pass
      ? ['Received: these calls']
      : [
          reached === 0
            ? `Received: no span of ${missing}`
            : `Received: ${services.slice(0, reached).join(' > ')}, which does not call ${missing}`,
          ...(meant === undefined ? [] : [`  The trace has a service ${meant}.`]),
          'Calls of the trace:',
          ...drawVisits(visits, 1),
        ],
  };
};

const drawVisits = (visits: readonly Visit[], depth: number): string[] => {
  const counted = new Map<string, number>();
  for (const visit of visits) {
    const text = [`${'  '.repeat(depth)}${visit.service}`, ...drawVisits(visit.calls, depth + 1)].join('\n');
    counted.set(text, (counted.get(text) ?? 0) + 1);
  }
  return [...counted].flatMap(([text, count]) => {
    const [first = '', ...rest] = text.split('\n');
    return [count === 1 ? first : `${first} ×${count}`, ...rest];
  });
};
