import { describe, expect, it } from '@jest/globals';
import { queryHint } from './query-hint.js';

describe('queryHint', () => {
  it.each([
    ['timeout', '{service_name=~".+"} |= "timeout"'],
    ['payment failed: 402', '{service_name=~".+"} |= "payment failed: 402"'],
    ['say "hi"', '{service_name=~".+"} |= "say \\"hi\\""'],
    ['"already quoted"', '{service_name=~".+"} |= "already quoted"'],
  ])('queryHint proposes a line filter for the plain text %s', (query, proposed) => {
    expect(queryHint(query)).toMatchObject({ title: 'A query needs a stream selector', proposed });
  });

  it.each([
    ['{a="b"} | jsn | level="error"', '"jsn" is not a stage', '{a="b"} | json | level="error"'],
    ['{a="b"} | logfmtt', '"logfmtt" is not a stage', '{a="b"} | logfmt'],
    [
      'sum(count_over_time({a="b"} | JSON [1m]))',
      '"JSON" is not a stage',
      'sum(count_over_time({a="b"} | json [1m]))',
    ],
  ])('queryHint names the stage that %s misspells', (query, title, proposed) => {
    expect(queryHint(query)).toMatchObject({ title, proposed });
  });

  it('queryHint lists the stages for a word that resembles none', () => {
    expect(queryHint('{a="b"} | uppercase')).toMatchObject({
      fault: expect.stringContaining('json, logfmt, pattern'),
      proposed: undefined,
    });
  });

  it.each(['{a="b"} | level = "error"', '{a="b"} | duration > 5s', '{a="b"', 'rate({a="b"}[1m]', ''])(
    'queryHint has no hint for %s',
    (query) => {
      expect(queryHint(query)).toBeUndefined();
    },
  );
});
