import type { TraceState } from '@opentelemetry/api';

// https://www.w3.org/TR/trace-context-2/#tracestate-header: the grammar of level 2, which takes all keys of level 1.
const keyPattern = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
// Printable ASCII without comma and equals sign, not ending in a space.
const valuePattern = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MAX_MEMBERS = 32;

/**
 * Reads a `tracestate` header. A header that breaks a rule anywhere is unreliable and is discarded as a whole, as the
 * specification requires. Returns undefined then, and for a header without members. The first of repeated keys counts.
 */
export const readTraceState = (header: string): TraceState | undefined => {
  const members = new Map<string, string>();
  let count = 0;
  for (const part of header.split(',')) {
    // Optional white space is spaces and tabs. Empty members are allowed, and do not count.
    const member = part.replace(/^[ \t]+|[ \t]+$/g, '');
    if (member === '') continue;
    const at = member.indexOf('=');
    const [key, value] = [member.slice(0, at), member.slice(at + 1)];
    count++;
    if (at === -1 || count > MAX_MEMBERS || !keyPattern.test(key) || !valuePattern.test(value))
      return undefined;
    if (!members.has(key)) members.set(key, value);
  }
  return members.size === 0 ? undefined : new Members(members);
};

/** Immutable list. A change to a member returns another list, with that member first. */
class Members implements TraceState {
  constructor(private readonly members: ReadonlyMap<string, string>) {}

  get(key: string): string | undefined {
    return this.members.get(key);
  }

  set(key: string, value: string): TraceState {
    if (!keyPattern.test(key) || !valuePattern.test(value)) return this;
    const others = [...this.members].filter(([other]) => other !== key);
    // The last member is the oldest, and is evicted when the list is full.
    return new Members(new Map([[key, value] as const, ...others].slice(0, MAX_MEMBERS)));
  }

  unset(key: string): TraceState {
    return new Members(new Map([...this.members].filter(([other]) => other !== key)));
  }

  serialize(): string {
    return Array.from(this.members, ([key, value]) => `${key}=${value}`).join(',');
  }
}
