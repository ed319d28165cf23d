import { describe, expect, it } from '@jest/globals';
import { runtimeQuery } from './runtime-metrics.js';

describe('Queries for the runtime of a service', () => {
  it('A query finds a service by its label, or by its job behind the namespace', () => {
    expect(runtimeQuery((labels) => `max(m{${labels}})`, 'a.b"c')).toBe(
      String.raw`max(m{service="a.b\"c"}) or max(m{job=~"(.+/)?a\\.b\"c"})`,
    );
  });
});
