import { describe, expect, it } from '@jest/globals';
import { operationRows, sortOperations } from './operation-rows.js';

const operation = (name: string, spanKind: string, callCount: number, p95: number, errorCount = 0) => ({
  service: 's',
  name,
  spanKind,
  callCount,
  errorCount,
  latencyMs: { p50: p95 / 2, p95, p99: p95 * 2 },
});
const now = {
  operations: [
    operation('GET /', 'server', 300, 10),
    operation('POST /', 'server', 100, 90, 10),
    operation('work', 'internal', 50, 5),
  ],
  services: [],
};
const before = {
  operations: [operation('GET /', 'server', 300, 20), operation('PUT /', 'server', 5, 1)],
  services: [],
};

describe('operationRows', () => {
  it('operationRows computes impact, and compares with the earlier period', () => {
    const rows = operationRows({ seconds: 100, now, before }, 'requests');
    expect(
      rows.map(({ name, rate, errorShare, impact, presence }) => [name, rate, errorShare, impact, presence]),
    ).toEqual([
      ['GET /', 3, 0, 0.25, 'both'],
      ['POST /', 1, 0.1, 0.75, 'new'],
      ['PUT /', 0, 0, 0, 'gone'],
    ]);
    expect(rows.map(({ change }) => change.latency)).toEqual(['faster', 'unknown', 'unknown']);
  });

  it('operationRows lists the requested kinds only', () => {
    const names = (group: 'internal' | 'all') =>
      operationRows({ seconds: 1, now, before: { operations: [], services: [] } }, group).map(
        ({ name }) => name,
      );
    expect(names('internal')).toEqual(['work']);
    expect(names('all')).toEqual(['GET /', 'POST /', 'work']);
  });

  it('no operation is new without earlier data', () => {
    const rows = operationRows({ seconds: 1, now, before: { operations: [], services: [] } }, 'all');
    expect(rows.every(({ presence }) => presence === 'both')).toBe(true);
  });
});

it('operations are sorted, with those that disappeared last', () => {
  const rows = operationRows({ seconds: 100, now, before }, 'requests');
  const names = (by: Parameters<typeof sortOperations>[1], descends: boolean) =>
    sortOperations(rows, by, descends).map(({ name }) => name);
  expect(names('impact', true)).toEqual(['POST /', 'GET /', 'PUT /']);
  expect(names('p95', false)).toEqual(['GET /', 'POST /', 'PUT /']);
  expect(names('errors', true)).toEqual(['POST /', 'GET /', 'PUT /']);
  expect(names('name', false)).toEqual(['GET /', 'POST /', 'PUT /']);
});
