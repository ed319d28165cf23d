import { describe, expect, it } from '@jest/globals';
import { piecesOf } from '../../../shared/text-marks.js';
import { completionAt } from './completion.js';
import { marksOf } from './marks.js';

/** Returns the completion place; `|` marks the caret. */
const at = (text: string) => completionAt(text.replace('|', ''), text.indexOf('|'));

describe('completionAt', () => {
  it.each([
    ['|', 'key', ''],
    ['dur|', 'key', 'dur'],
    ['duration |', 'operator', ''],
    ['service = |', 'value', ''],
    ['service = or|', 'value', 'or'],
    ['service = "order se|', 'value', 'order se'],
    ['service = a |', 'connective', ''],
    ['service = a an|', 'connective', 'an'],
    ['service = a and |', 'key', ''],
    ['service = a and not |', 'key', ''],
    ['(|', 'key', ''],
    ['kind in (|', 'value', ''],
    ['kind in (server, |', 'value', ''],
    ['kind in (server) |', 'connective', ''],
    ['user.id exists |', 'connective', ''],
  ])('completionAt expects in %s the %s', (text, asksFor, typed) => {
    expect(at(text)).toMatchObject({ asksFor, typed });
  });

  it('completionAt returns the key of a value, and the range that a completion replaces', () => {
    expect(at('a = 1 and http.route = /us|ers or b')).toEqual({
      asksFor: 'value',
      key: 'http.route',
      typed: '/us',
      from: 23,
      to: 29,
    });
    expect(at('a in (x, |')).toMatchObject({ asksFor: 'value', key: 'a', from: 9, to: 9 });
  });
});

it('marksOf highlights keys, values and keywords of a query', () => {
  const query = 'a = 1 and b';
  const pieces = piecesOf(query, marksOf(query), { message: '', from: 10, to: 11 });
  expect(pieces.map(({ text }) => text).join('')).toBe(query);
  expect(
    pieces.filter(({ text }) => text !== ' ').map(({ text, kind, isWrong }) => [text, kind, isWrong]),
  ).toEqual([
    ['a', 'key', false],
    ['=', 'operator', false],
    ['1', 'value', false],
    ['and', 'keyword', false],
    ['b', 'key', true],
  ]);
});
