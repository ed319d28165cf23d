import { describe, expect, it } from '@jest/globals';
import { goQuote } from './quote.js';

describe('goQuote', () => {
  it.each([
    ['plain', '"plain"'],
    ['a "b" \\c', '"a \\"b\\" \\\\c"'],
    ['\n\t\0\x7f', '"\\n\\t\\x00\\x7f"'],
    ['é ∑ 😀', '"é ∑ 😀"'],
    ['\u0085\u00a0\u200b', '"\\u0085\\u00a0\\u200b"'],
    ['\u{e0001}', '"\\U000e0001"'],
    ['\ud800', '"\\ufffd"'],
  ])('shows %j as Go does', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });
});
