import { Buffer } from 'node:buffer';
import { fnvOfBytes } from '@lantern/telemetry-model';

/** Maximum size of a cached message, in bytes. Longer messages rarely repeat. */
const MAX_LENGTH = 256;

/** A value made from an encoded message, with the message. */
export interface MadeOfMessage {
  readonly message: Uint8Array;
}

/**
 * Cache of values made from encoded messages that repeat, as most attributes do. A message evicts others with the same
 * two slots, so the size of the cache is fixed.
 */
export class EncodedCache<Made extends MadeOfMessage> {
  private readonly slots: (Made | undefined)[];

  /**
   * @param slotCount a power of 2
   * @param make gets a copy of the message, which it may keep
   */
  constructor(
    private readonly slotCount: number,
    private readonly make: (message: Buffer) => Made,
  ) {
    this.slots = new Array<undefined>(slotCount).fill(undefined);
  }

  /** Returns the value of the message in `bytes` from `start` to `end`. */
  get(bytes: Buffer, start: number, end: number): Made {
    if (end - start > MAX_LENGTH) return this.make(Buffer.from(bytes.subarray(start, end)));
    const hash = fnvOfBytes(bytes, start, end);
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
