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
  ])('lines around a line in one nanosecond keep the order of arrival: %s', (text, earlier, later) => {
    const line = at(5, text);
    expect(textsOf(linesBeside(line, backward, 'backward', false).lines)).toEqual(earlier);
    expect(textsOf(linesBeside(line, forward, 'forward', false).lines)).toEqual(later);
  });

  it('lines around a line need more pages until one contains the line itself', () => {
    const line = at(5, 'third');
    expect(linesBeside(line, forward.slice(0, 2), 'forward', true)).toEqual({ lines: [], needsMore: true });
    expect(textsOf(linesBeside(line, forward, 'forward', true).lines)).toEqual(['after']);
  });

  it('lines around a line are distinguished by structured metadata, even if the query added fields to the line', () => {
    const line = {
      ...at(5, 'miss', { key: '2' }),
      fields: [['key', '2'] as const, ['parsed', 'x'] as const],
    };
    const loaded = ['1', '2', '3'].map((key) => at(5, 'miss', { key }));
    const { lines } = linesBeside(line, loaded, 'forward', false);
    expect(lines.map(({ fields }) => fields[0]?.[1])).toEqual(['3']);
  });

  it('lines around a line whose text a stage changed start with the lines of its time', () => {
    const line = at(5, 'formatted');
    expect(textsOf(linesBeside(line, backward, 'backward', false).lines)).toEqual(['before']);
    expect(textsOf(linesBeside(line, forward, 'forward', false).lines)).toEqual(textsOf(forward));
  });
});
