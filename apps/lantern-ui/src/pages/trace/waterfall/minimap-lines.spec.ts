import { describe, expect, it } from '@jest/globals';
import { drawTable } from '@lantern/telemetry-model/testing';
import { minimapLines } from './minimap-lines.js';

describe('minimapLines', () => {
  const table = drawTable(
    { id: 'post', start: 100, end: 200 },
    { id: 'short', parent: 'post', start: 110, end: 120, error: true },
    { id: 'long', parent: 'post', start: 130, end: 190 },
    { id: 'last', parent: 'post', start: 191, end: 192 },
  );

  it('the minimap of a small trace has a line for each span', () => {
    expect(minimapLines(table, 100).map(({ row, y }) => [row, y])).toEqual([
      [0, 0],
      [1, 0.25],
      [2, 0.5],
      [3, 0.75],
    ]);
  });

  it('the minimap of a large trace has the longest of adjacent spans, and the failed one among them', () => {
    expect(minimapLines(table, 2)).toEqual([
      { row: 0, y: 0, failed: 1 },
      { row: 2, y: 0.5, failed: -1 },
    ]);
  });
});
