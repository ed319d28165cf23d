import type { Call, Calls } from '../../api/dependencies.js';

/** Call with its marks. */
export interface MarkedCall extends Call {
  /** Whether the call is missing in the earlier period, which has other calls. */
  readonly isNew: boolean;
  /**
   * Whether the callee calls the caller, directly or through other services. A service that calls itself is no cycle.
   */
  readonly isInCycle: boolean;
}

export const callKey = ({ caller, callee }: Pick<Call, 'caller' | 'callee'>): string =>
  JSON.stringify([caller, callee]);

export const markCalls = ({ now, before }: Calls): MarkedCall[] => {
  const known = new Set(before.map(callKey));
  const component = componentsOf(now);
  return now.map((call) => ({
    ...call,
    // Without earlier data every call would be new.
    isNew: known.size > 0 && !known.has(callKey(call)),
    isInCycle: call.caller !== call.callee && component.get(call.caller) === component.get(call.callee),
  }));
};

export const servicesOf = (calls: readonly Call[]): string[] =>
  [...new Set(calls.flatMap(({ caller, callee }) => [caller, callee]))].sort();

/**
 * Returns the calls on paths to and from a service, up to `depth` calls away. Calls of its callers to other services
 * are left out, because the service does not depend on them.
 *
 *     a → b → focus → c → d        depth 1: b → focus → c
 *         b → x                    depth 2: a → b → focus → c → d
 */
export const focusCalls = <T extends Call>(calls: readonly T[], service: string, depth: number): T[] => {
  const near = new Set<T>();
  const walk = (from: 'caller' | 'callee', to: 'caller' | 'callee') => {
    const byEnd = Map.groupBy(calls, (call) => call[from]);
    const seen = new Set([service]);
    let edge = [service];
    for (let step = 0; step < depth && edge.length > 0; step++) {
      const next: string[] = [];
      for (const call of edge.flatMap((name) => byEnd.get(name) ?? [])) {
        near.add(call);
        if (!seen.has(call[to])) next.push(call[to]);
        seen.add(call[to]);
      }
      edge = next;
    }
  };
  walk('caller', 'callee');
  walk('callee', 'caller');
  return calls.filter((call) => near.has(call));
};

/**
 * Numbers the groups of services that lead to each other (Tarjan's strongly connected components, without recursion).
 *
 * @see https://doi.org/10.1137/0201010
 */
const componentsOf = (calls: readonly Call[]): ReadonlyMap<string, number> => {
  const callees = Map.groupBy(calls, ({ caller }) => caller);
  const found = new Map<string, { index: number; low: number; isOpen: boolean }>();
  const component = new Map<string, number>();
  const open: string[] = [];
  let components = 0;

  const visit = (root: string) => {
    const path: { service: string; next: number }[] = [];
    const enter = (service: string) => {
      found.set(service, { index: found.size, low: found.size, isOpen: true });
      open.push(service);
      path.push({ service, next: 0 });
    };
    enter(root);
    for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
      const own = found.get(here.service);
      const call = callees.get(here.service)?.[here.next++];
      if (own === undefined) break;
      if (call !== undefined) {
        const other = found.get(call.callee);
        if (other === undefined) enter(call.callee);
        else if (other.isOpen) own.low = Math.min(own.low, other.index);
        continue;
      }
      path.pop();
      const parent = path.at(-1) && found.get(path.at(-1)?.service ?? '');
      if (parent !== undefined) parent.low = Math.min(parent.low, own.low);
      if (own.low !== own.index) continue;
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        const place = found.get(member);
        if (place !== undefined) place.isOpen = false;
        component.set(member, components);
        if (member === here.service) break;
      }
      components++;
    }
  };
  for (const service of servicesOf(calls)) if (!found.has(service)) visit(service);
  return component;
};
