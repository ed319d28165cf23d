const SLOTS = 2048;
/** Attribute keys and common values fit; longer texts seldom come back. */
const MAX_LENGTH = 40;

/**
 * Gives one string for ASCII bytes that come again and again, as attribute keys do: quicker than to decode
 * them anew, and whoever keeps the result keeps each text once. A text that falls on the slot of another
 * takes its place, so the cache never grows.
 */
export class TextCache {
  private readonly slots: string[] = new Array<string>(SLOTS).fill('');

  /** Undefined when the bytes are not short or not ASCII: then they are to be decoded by other means. */
  text(buffer: Buffer, start: number, end: number): string | undefined {
    if (end - start > MAX_LENGTH) return undefined;
    // FNV-1a
    let hash = 0x811c9dc5;
    let bits = 0;
    for (let i = start; i < end; i++) {
      const byte = buffer[i] ?? 0;
      bits |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (bits > 0x7f) return undefined;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.slots[slot] ?? '';
    if (known.length === end - start && isSame(known, buffer, start)) return known;
    const text = buffer.toString('latin1', start, end);
    this.slots[slot] = text;
    return text;
  }
}

const isSame = (text: string, buffer: Buffer, start: number): boolean => {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== buffer[start + i]) return false;
  }
  return true;
};
