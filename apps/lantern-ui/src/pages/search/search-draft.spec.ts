import { describe, expect, it } from '@jest/globals';
import { draftOf, readDraft, withErrorTag } from './search-draft.js';
import { parseSearchParams } from './search-params.js';

const stateOf = (query: string) => parseSearchParams(new URLSearchParams(query));
const draft = draftOf(stateOf('service=order-service'));

describe('readDraft', () => {
  it.each([
    'service=order-service&operation=calculate_total&limit=50&minDuration=1s&maxDuration=2s&minTraceDuration=3s',
    'tags={"error":"true","http.route":"/users/:id"}&lookback=2d',
    'start=1763816531000000&end=1763820131000000',
  ])('a draft of the URL %s means the same search', (query) => {
    const read = readDraft(draftOf(stateOf(query)));
    expect(read.problems).toEqual({});
    expect({ ...stateOf(''), ...read.search }).toEqual(stateOf(query));
  });

  it.each([
    ['tags', 'a="b', 'The quotation mark of a is not closed.'],
    ['minDuration', '10', 'Use a duration such as 250ms, 1.5s or 1m30s.'],
    ['maxDuration', '-1s', 'Use a duration such as 250ms, 1.5s or 1m30s.'],
    ['limit', '0', 'Enter a number from 1 to 1500.'],
    ['limit', '1e3', 'Enter a number from 1 to 1500.'],
  ] as const)('readDraft names the error of %s “%s”', (field, text, problem) => {
    expect(readDraft({ ...draft, [field]: text }).problems).toEqual({ [field]: problem });
  });

  it('readDraft rejects a maximum below the minimum', () => {
    expect(readDraft({ ...draft, minDuration: '2s', maxDuration: '900ms' }).problems).toEqual({
      maxDuration: 'The maximum must not be less than the minimum.',
    });
  });

  it('readDraft rejects invalid times, and an end before the start', () => {
    const custom = { ...draft, lookback: 'custom', from: '2026-11-22T14:00:00' };
    expect(readDraft({ ...custom, to: '' }).problems).toEqual({ to: 'Enter a date and a time.' });
    expect(readDraft({ ...custom, to: '2026-11-22T13:00:00' }).problems).toEqual({
      to: 'The end must be after the start.',
    });
  });
});

describe('withErrorTag', () => {
  it('withErrorTag adds and removes one condition, and leaves the others unchanged', () => {
    expect(withErrorTag('user.id=1', true)).toBe('user.id=1 error=true');
    expect(withErrorTag('error=true user.id=1', false)).toBe('user.id=1');
    expect(withErrorTag('a=1 error=true b="x  y"', false)).toBe('a=1  b="x  y"');
    expect(withErrorTag('', true)).toBe('error=true');
    expect(withErrorTag('my.error=true', false)).toBe('my.error=true');
  });
});
