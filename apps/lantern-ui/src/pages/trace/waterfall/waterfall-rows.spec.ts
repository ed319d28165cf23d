import { describe, expect, it } from '@jest/globals';
import type { SpanId } from '@lantern/telemetry-model';
import { drawTable } from '@lantern/telemetry-model/testing';
import { logLine } from '../../../api/testing/log-line.js';
import { filterEntries, NO_ENTRIES, traceEntries, type TraceEntries } from '../trace-entries.js';
import { collapseAll, collapseOne, expandOne, revealing, waterfallRows } from './waterfall-rows.js';

// post      ├────────────────┤
// users       ├──┤                users
// select       ├┤                 users
// charge             ├────┤
const table = drawTable(
  { id: 'post', start: 100, end: 200 },
  { id: 'users', parent: 'post', service: 'users', start: 110, end: 130 },
  { id: 'select', parent: 'users', service: 'users', start: 115, end: 120 },
  { id: 'charge', parent: 'post', start: 150, end: 190 },
);

const NO_EVENTS = {
  row: new Uint32Array(),
  time: new Float64Array(),
  isException: new Uint8Array(),
  texts: [],
};

const said = traceEntries(table, NO_EVENTS, [
  logLine({ time: 105, spanId: 'post', message: 'received' }),
  logLine({ time: 140, spanId: 'post', message: 'charging', level: 'warn' }),
  logLine({ time: 199, spanId: 'post', message: 'failed', level: 'error' }),
  logLine({ time: 180, spanId: 'charge', message: 'declined', level: 'error' }),
  logLine({ time: 201, spanId: undefined, message: 'access line' }),
]);

const ids = (...spanIds: string[]) => new Set(spanIds as SpanId[]);

const shown = (choice: { collapsed?: ReadonlySet<SpanId>; hidden?: string[]; entries?: TraceEntries }) => {
  const { collapsed = new Set<SpanId>(), hidden = [], entries = NO_ENTRIES } = choice;
  return [...waterfallRows(table, { collapsed, hidden: new Set(hidden), entries })].map((row) =>
    row < 0 ? `· ${entries.list[-1 - row]?.text}` : table.spanIds[row],
  );
};

describe('waterfallRows', () => {
  it('entries have rows between the spans, sorted by time', () => {
    expect(shown({ entries: said })).toEqual([
      'post',
      '· received',
      'users',
      'select',
      '· charging',
      'charge',
      '· declined',
      '· failed',
      '· access line',
    ]);
  });

  it('only entries of the minimum level have rows', () => {
    expect(shown({ entries: filterEntries(table, said, 'error') })).toEqual([
      'post',
      'users',
      'select',
      'charge',
      '· declined',
      '· failed',
    ]);
    expect(shown({ entries: filterEntries(table, said, 'off') })).toEqual([
      'post',
      'users',
      'select',
      'charge',
    ]);
  });

  it('a collapsed span hides its descendants and entries', () => {
    expect(shown({ collapsed: ids('users', 'charge'), entries: said })).toEqual([
      'post',
      '· received',
      'users',
      '· charging',
      'charge',
      '· failed',
      '· access line',
    ]);
    expect(shown({ collapsed: ids('post'), entries: said })).toEqual(['post']);
  });

  it('hiding a service hides its spans, but not the spans that they called', () => {
    expect(shown({ hidden: ['users'] })).toEqual(['post', 'charge']);
    expect(shown({ hidden: ['shop'] })).toEqual(['users', 'select']);
  });
});

describe('collapsing', () => {
  it('spans are collapsed level by level, deepest first, and expanded in reverse', () => {
    const once = collapseOne(table, new Set());
    expect([...once]).toEqual(['users']);
    const twice = collapseOne(table, once);
    expect(shown({ collapsed: twice })).toEqual(['post']);
    expect(shown({ collapsed: expandOne(table, twice) })).toEqual(['post', 'users', 'charge']);
    expect(shown({ collapsed: expandOne(table, expandOne(table, twice)) })).toHaveLength(4);
  });

  it('all spans can be collapsed, and revealing a span expands its ancestors', () => {
    expect([...collapseAll(table)]).toEqual(['post', 'users']);
    expect([...revealing(table, collapseAll(table), 2)]).toEqual([]);
    expect([...revealing(table, collapseAll(table), 3)]).toEqual(['users']);
  });
});
