import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../api/log-line.js';
import { logLine } from '../../api/testing/log-line.js';
import { linesBeside } from './lines-around.js';

const at = (time: number, message: string, metadata: Readonly<Record<string, string>> = {}): LogLine => ({
  ...logLine({ time, spanId: undefined, message }),
  fields: Object.entries(metadata),
  metadataKeys: new Set(Object.keys(metadata)),
});

const textsOf = (lines: readonly LogLine[]): string[] => lines.map(({ line }) => line);

describe('the lines around a line', () => {
  const stream = [at(4, 'before'), at(5, 'first'), at(5, 'second'), at(5, 'third'), at(6, 'after')];
  const forward = stream.slice(1);
  const backward = stream.slice(0, 4).reverse();

  it.each([
    ['first', ['before'], ['second', 'third', 'after']],
    ['second', ['first', 'before'], ['third', 'after']],
    ['third', ['second', 'first', 'before'], ['after']],
  ])('of one nanosecond keep the order of arrival: %s', (text, earlier, later) => {
    const line = at(5, text);
    expect(textsOf(linesBeside(line, backward, 'backward', false).lines)).toEqual(earlier);
    expect(textsOf(linesBeside(line, forward, 'forward', false).lines)).toEqual(later);
  });

  it('need more pages until the line itself is on one', () => {
    const line = at(5, 'third');
    expect(linesBeside(line, forward.slice(0, 2), 'forward', true)).toEqual({ lines: [], needsMore: true });
    expect(textsOf(linesBeside(line, forward, 'forward', true).lines)).toEqual(['after']);
  });

  it('are told apart by structured metadata, also when the query has given the line more fields', () => {
    const line = {
      ...at(5, 'miss', { key: '2' }),
      fields: [['key', '2'] as const, ['parsed', 'x'] as const],
    };
    const loaded = ['1', '2', '3'].map((key) => at(5, 'miss', { key }));
    const { lines } = linesBeside(line, loaded, 'forward', false);
    expect(lines.map(({ fields }) => fields[0]?.[1])).toEqual(['3']);
  });

  it('are those of its time and behind it when a stage has changed the text of the line', () => {
    const line = at(5, 'formatted');
    expect(textsOf(linesBeside(line, backward, 'backward', false).lines)).toEqual(['before']);
    expect(textsOf(linesBeside(line, forward, 'forward', false).lines)).toEqual(textsOf(forward));
  });
});
