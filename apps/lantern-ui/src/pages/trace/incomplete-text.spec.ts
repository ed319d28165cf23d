import { describe, expect, it } from '@jest/globals';
import { drawTable } from '@lantern/telemetry-model/testing';
import { incompleteText } from './incomplete-text.js';

describe('incompleteText', () => {
  it('says nothing of a whole trace', () => {
    expect(incompleteText(drawTable({ id: 'a' }, { id: 'b', parent: 'a' }))).toBe('');
  });

  it('names the parents that have not arrived', () => {
    expect(
      incompleteText(drawTable({ id: 'a' }, { id: 'b', parent: 'lost' }, { id: 'c', parent: 'lost' })),
    ).toBe('Incomplete: 1 span has not arrived (lost); 2 children stand as roots.');
  });

  it('says that there is no root', () => {
    expect(incompleteText(drawTable({ id: 'b', parent: 'lost' }))).toContain('No root span has arrived');
  });

  it('tells of circles', () => {
    expect(incompleteText(drawTable({ id: 'a', parent: 'b' }, { id: 'b', parent: 'a' }))).toBe(
      '1 circle of spans that name each other as parents was opened at the earliest of them.',
    );
  });
});
