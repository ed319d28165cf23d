import { Buffer } from 'node:buffer';

/** What is longer seldom comes back. */
const MAX_LENGTH = 256;

/** Something that is made of an encoded message, and the message. */
export interface MadeOfMessage {
  readonly message: Uint8Array;
}

/**
 * What is made of encoded messages that come again and again, as most attributes do. A message takes the
 * place of others that fall on the same two slots, so the cache never grows.
 */
export class EncodedCache<Made extends MadeOfMessage> {
  private readonly slots: (Made | undefined)[];

  /**
   * @param slotCount a power of 2
   * @param make is given a copy, which it may keep
   */
  constructor(
    private readonly slotCount: number,
    private readonly make: (message: Buffer) => Made,
  ) {
    this.slots = new Array<undefined>(slotCount).fill(undefined);
  }

  /** Of the message that fills `bytes` from `start` to `end`. */
  get(bytes: Buffer, start: number, end: number): Made {
    if (end - start > MAX_LENGTH) return this.make(Buffer.from(bytes.subarray(start, end)));
    // FNV-1a
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    const { slots } = this;
    const slot = (hash ^ (hash >>> 15)) & (this.slotCount - 1);
    const known = slots[slot];
    if (known && isMadeOf(known, bytes, start, end)) return known;
    const older = slots[slot ^ 1];
    if (older && isMadeOf(older, bytes, start, end)) return older;
    slots[slot ^ 1] = known;
    return (slots[slot] = this.make(Buffer.from(bytes.subarray(start, end))));
  }
}

export const isMadeOf = (
  { message }: MadeOfMessage,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean => {
  if (message.length !== end - start) return false;
  for (let i = 0; i < message.length; i++) if (message[i] !== bytes[start + i]) return false;
  return true;
};
