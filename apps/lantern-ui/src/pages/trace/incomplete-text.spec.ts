import { describe, expect, it } from '@jest/globals';
import { drawTable } from '@lantern/telemetry-model/testing';
import { incompleteText } from './incomplete-text.js';

describe('incompleteText', () => {
  it('incompleteText is empty for a complete trace', () => {
    expect(incompleteText(drawTable({ id: 'a' }, { id: 'b', parent: 'a' }))).toBe('');
  });

  it('incompleteText names the missing parents', () => {
    expect(
      incompleteText(drawTable({ id: 'a' }, { id: 'b', parent: 'lost' }, { id: 'c', parent: 'lost' })),
    ).toBe('Incomplete: 1 span was not received (lost); 2 children are shown as roots.');
  });

  it('incompleteText reports a missing root span', () => {
    expect(incompleteText(drawTable({ id: 'b', parent: 'lost' }))).toContain(
      'The root span was not received',
    );
  });

  it('incompleteText reports cycles', () => {
    expect(incompleteText(drawTable({ id: 'a', parent: 'b' }, { id: 'b', parent: 'a' }))).toBe(
      '1 cycle of spans that are each other’s parents was broken at the earliest span.',
    );
  });
});
