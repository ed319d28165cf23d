import { describe, expect, it } from '@jest/globals';
import { formatOffset } from './duration.js';

describe('formatOffset', () => {
  it('formatOffset has a sign in both directions', () => {
    expect([formatOffset(0n), formatOffset(1_500_000n), formatOffset(-1_500_000n)]).toEqual([
      '+0 ns',
      '+1.5 ms',
      '−1.5 ms',
    ]);
  });
});
