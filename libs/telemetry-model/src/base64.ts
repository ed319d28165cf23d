const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const SIX_BITS = new Map<string, number>([
  ...Array.from(ALPHABET, (digit, value): [string, number] => [digit, value]),
  // https://www.rfc-editor.org/rfc/rfc4648#section-5
  ['-', 62],
  ['_', 63],
]);

/** The standard alphabet, padded. */
export const base64FromBytes = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(i, i + 3);
    const bits = (first << 16) | (second << 8) | third;
    const digits = Math.min(bytes.length - i, 3) + 1;
    for (let digit = 0; digit < 4; digit++) {
      text += digit < digits ? ALPHABET.charAt((bits >>> (18 - 6 * digit)) & 0x3f) : '=';
    }
  }
  return text;
};

/** Reads the standard and the URL alphabet, with or without padding. Undefined when `text` is anything else. */
export const bytesFromBase64 = (text: string): Uint8Array | undefined => {
  const digits = text.replace(/={1,2}$/, '');
  const padded = digits.length < text.length;
  if (digits.length % 4 === 1 || (padded && text.length % 4 !== 0)) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let length = 0;
  for (const digit of digits) {
    const value = SIX_BITS.get(digit);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[length++] = (bits >>> bitCount) & 0xff;
    }
  }
  return bytes;
};
