/**
 * Orders texts by their bytes in UTF-8, as Go orders strings. This differs from the order of UTF-16 units only where a
 * character beyond U+FFFF meets one from U+E000 to U+FFFF.
 */
export const compareUtf8 = (a: string, b: string): number => {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const isSurrogate = (code: number) => code >= 0xd800 && code <= 0xdfff;
    if (isSurrogate(left) !== isSurrogate(right)) {
      const [surrogate, other] = isSurrogate(left) ? [1, right] : [-1, left];
      return other >= 0xe000 ? surrogate : left - right;
    }
    return left - right;
  }
  return a.length - b.length;
};
