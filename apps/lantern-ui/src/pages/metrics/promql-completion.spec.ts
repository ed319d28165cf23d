import { describe, expect, it } from '@jest/globals';
import { expectedAt } from './promql-completion.js';
import { promqlTokens } from './promql-tokens.js';

/** Completion at the caret `|`. */
const at = (text: string) => expectedAt(text.replace('|', ''), text.indexOf('|'));

describe('Completion of PromQL', () => {
  it.each([
    ['|', { what: 'expression', from: 0 }],
    ['sum(ra|', { what: 'expression', from: 4 }],
    ['a / b|', { what: 'expression', from: 4 }],
    ['sum by (se|) (rate(up[5m]))', { what: 'label', from: 8, selector: 'up', isMatcher: false }],
    ['up{|', { what: 'label', from: 3, selector: 'up', isMatcher: true }],
    ['up{job="a",|}', { what: 'label', from: 11, selector: 'up{job="a"}', isMatcher: true }],
    ['up{job=|', { what: 'label-value', from: 7, label: 'job', selector: 'up', open: '"', close: '"' }],
    ['up{job="a|"}', { what: 'label-value', from: 8, label: 'job', selector: 'up', open: '', close: '' }],
    ['rate(up[|', { what: 'duration', from: 8 }],
  ] as const)('%s completes %j', (text, expected) => {
    expect(at(text)).toEqual(expected);
  });

  it.each(['up{job="a"|}', 'up # co|', '5|', 'rate(up[5m]|', 'up |'])('%s completes nothing', (text) => {
    expect(at(text)).toBeUndefined();
  });
});

describe('Tokens of PromQL', () => {
  it('Functions, names, ranges, strings and keywords are distinguished', () => {
    const kinds = promqlTokens(`sum by (a) (rate(b:c{d=~'e'}[5m])) > bool 0.5 # f`).map(
      ({ kind, text }) => `${kind} ${text}`,
    );
    expect(kinds).toEqual(
      expect.arrayContaining([
        'function sum',
        'keyword by',
        'function rate',
        'name b:c',
        'operator =~',
        `string 'e'`,
        'range [5m]',
        'keyword bool',
        'number 0.5',
        'comment # f',
      ]),
    );
  });
});
