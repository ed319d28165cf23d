import { describe, expect, it } from '@jest/globals';
import { environment } from './rig/environment.js';

/** Limit on the young generation: two semi-spaces of 8 MB, see docs/decisions/036-a-small-young-generation.md */
const youngGenerationBytes = 16 * 1024 * 1024;

describe('the memory of a service', () => {
  it('has a young generation of at most 16 MB after any number of requests', async () => {
    for (let count = 0; count < 300; count++) await (await fetch(`${environment.gateway}/users/1`)).text();
    const metrics = await (await fetch(`${environment.gateway}/metrics`)).text();
    const line = metrics
      .split('\n')
      .find((each) => each.startsWith('v8js_memory_heap_space_size_bytes') && each.includes('"new_space"'));
    const bytes = Number(line?.split(' ').at(-1));
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(youngGenerationBytes);
  });
});
