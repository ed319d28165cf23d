const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 0x3d;

const DIGITS = Uint8Array.from(ALPHABET, (digit) => digit.charCodeAt(0));

/** Six bits by the character code of their digit; -1 for other characters. */
const SIX_BITS = new Int8Array(128).fill(-1);
for (const [value, digit] of DIGITS.entries()) SIX_BITS[digit] = value;
// https://www.rfc-editor.org/rfc/rfc4648#section-5
SIX_BITS['-'.charCodeAt(0)] = 62;
SIX_BITS['_'.charCodeAt(0)] = 63;

const decoder = new TextDecoder();

/** Encodes with the standard alphabet and padding. */
export const base64FromBytes = (bytes: Uint8Array): string => {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text[at++] = DIGITS[bits >>> 18] ?? 0;
    text[at++] = DIGITS[(bits >>> 12) & 0x3f] ?? 0;
    text[at++] = i + 1 < bytes.length ? (DIGITS[(bits >>> 6) & 0x3f] ?? 0) : PADDING;
    text[at++] = i + 2 < bytes.length ? (DIGITS[bits & 0x3f] ?? 0) : PADDING;
  }
  return decoder.decode(text);
};

/** Decodes the standard and the URL alphabet, with or without padding. Returns undefined for other text. */
export const bytesFromBase64 = (text: string): Uint8Array | undefined => {
  const digits = text.replace(/={1,2}$/, '');
  const padded = digits.length < text.length;
  if (digits.length % 4 === 1 || (padded && text.length % 4 !== 0)) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let length = 0;
  for (let i = 0; i < digits.length; i++) {
    const value = SIX_BITS[digits.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[length++] = (bits >>> bitCount) & 0xff;
    }
  }
  return bytes;
};
