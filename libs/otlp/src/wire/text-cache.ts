import { FNV_OFFSET, FNV_PRIME } from '@lantern/telemetry-model';

/** A constant of this module: V8 folds it, and reads an imported one in each step. */
const PRIME: number = FNV_PRIME;

const SLOTS = 2048;
/** Maximum length of a cached string. Attribute keys and common values fit; longer strings rarely repeat. */
const MAX_LENGTH = 40;

/**
 * Cache of decoded ASCII strings that repeat, such as attribute keys. A lookup is faster than decoding, and callers that
 * keep results keep each string once. A string replaces the one in its slot, so the cache has a fixed size.
 */
export class TextCache {
  private readonly slots: string[] = new Array<string>(SLOTS).fill('');

  /** Returns undefined for bytes that are too long or not ASCII. The caller decodes them. */
  text(buffer: Buffer, start: number, end: number): string | undefined {
    if (end - start > MAX_LENGTH) return undefined;
    let hash: number = FNV_OFFSET;
    let bits = 0;
    for (let i = start; i < end; i++) {
      const byte = buffer[i] ?? 0;
      bits |= byte;
      hash = Math.imul(hash ^ byte, PRIME);
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
