import { describe, expect, it } from '@jest/globals';
import { faultIn, proposedQuery } from './parse-fault.js';

describe('faultIn', () => {
  it('faultIn reads the position in a message of Loki', () => {
    expect(faultIn('parse error at line 2, col 14: syntax error: unexpected }')).toEqual({
      line: 2,
      column: 14,
    });
  });

  it.each([undefined, 'parse error : queries require at least one regexp', 'No response within 15 s.'])(
    'faultIn finds no position in %s',
    (message) => {
      expect(faultIn(message)).toBeUndefined();
    },
  );
});

describe('proposedQuery', () => {
  it('proposedQuery returns the query that a message proposes', () => {
    const hint =
      'no stream has the label "trace_id": it is structured metadata of the lines. ' +
      'Ask for it behind the selector: {service_name=~".+"} | trace_id="ab"';
    expect(proposedQuery(hint)).toBe('{service_name=~".+"} | trace_id="ab"');
    expect(proposedQuery('parse error')).toBeUndefined();
  });
});
