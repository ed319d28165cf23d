import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { DamageError } from '../bytes/byte-reader.js';

/** Number of bits in a set of chunks. In a block with more chunks several chunks share a bit. */
const SET_BITS = 32;
const TAGS_PER_BUCKET = 8;
/** Size of the CRC-32 of the rest, the number of buckets and the number of bytes in a set. */
const HEADER_BYTES = 9;
const END_BYTES = 4;
const FINGERPRINT_BYTES = 2;

export const NO_CHUNK = 0;
export const EVERY_CHUNK = 0xffff_ffff;

/** Returns the set of one chunk. */
export const chunkBit = (chunk: number): number => (1 << (chunk % SET_BITS)) >>> 0;

/**
 * Collects the chunks of an open block that have each tag. A tag is a hash of an attribute, see
 * `hashesOfAttributeText`.
 */
export class TagCollector {
  private size = 0;
  /** Hash table of tags. 0 is an empty slot, so tag 0 is stored as 1; queries replace it the same way. */
  private tags = new Uint32Array(1024);
  private chunks = new Uint32Array(1024);

  add(tag: number, chunkSet: number): void {
    const { tags, chunks } = this;
    const mask = tags.length - 1;
    const stored = storedTag(tag);
    let slot = stored & mask;
    for (let found = tags[slot]; found !== 0; found = tags[slot]) {
      if (found === stored) {
        chunks[slot] = (chunks[slot] ?? 0) | chunkSet;
        return;
      }
      slot = (slot + 1) & mask;
    }
    tags[slot] = stored;
    chunks[slot] = chunkSet;
    if (2 * ++this.size > tags.length) this.grow();
  }

  /** @param chunkCount number of chunks, which determines the width of a set */
  encode(chunkCount: number): Buffer {
    const bucketCount = Math.max(1, Math.ceil(this.size / TAGS_PER_BUCKET));
    const setBytes = chunkCount <= 8 ? 1 : chunkCount <= 16 ? 2 : 4;
    const slots = Array.from(this.tags.keys()).filter((slot) => this.tags[slot] !== 0);
    const bucketOfSlot = (slot: number): number => bucketOf(this.tags[slot] ?? 0, bucketCount);
    const fingerprintsAt = HEADER_BYTES + END_BYTES * bucketCount;
    const setsAt = fingerprintsAt + FINGERPRINT_BYTES * slots.length;
    const encoded = Buffer.alloc(setsAt + setBytes * slots.length);
    const counts = new Uint32Array(bucketCount);
    for (const slot of slots) counts[bucketOfSlot(slot)] = (counts[bucketOfSlot(slot)] ?? 0) + 1;
    const next = new Uint32Array(bucketCount);
    for (let bucket = 0, end = 0; bucket < bucketCount; bucket++) {
      next[bucket] = end;
      end += counts[bucket] ?? 0;
      encoded.writeUInt32LE(end, HEADER_BYTES + END_BYTES * bucket);
    }
    for (const slot of slots) {
      const bucket = bucketOfSlot(slot);
      const at = next[bucket] ?? 0;
      next[bucket] = at + 1;
      encoded.writeUInt16LE(fingerprintOf(this.tags[slot] ?? 0), fingerprintsAt + FINGERPRINT_BYTES * at);
      const set = this.chunks[slot] ?? 0;
      for (let byte = 0; byte < setBytes; byte++) encoded[setsAt + setBytes * at + byte] = set >>> (8 * byte);
    }
    encoded.writeUInt32LE(bucketCount, 4);
    encoded[8] = setBytes;
    encoded.writeUInt32LE(crc32(encoded.subarray(4)), 0);
    return encoded;
  }

  private grow(): void {
    const { tags, chunks } = this;
    this.tags = new Uint32Array(2 * tags.length);
    this.chunks = new Uint32Array(2 * tags.length);
    this.size = 0;
    for (const [slot, tag] of tags.entries()) if (tag !== 0) this.add(tag, chunks[slot] ?? 0);
  }
}

/**
 * Chunks of a sealed block that may have each tag. A hash table with 16 bits per tag: collisions make false positives
 * possible, but never false negatives.
 */
export class TagChunks {
  private readonly view: DataView;
  private readonly bucketCount: number;
  private readonly setBytes: number;
  private readonly fingerprintsAt: number;
  private readonly setsAt: number;

  /** @throws DamageError */
  constructor(private readonly encoded: Uint8Array) {
    const { buffer, byteOffset, byteLength } = encoded;
    this.view = new DataView(buffer, byteOffset, byteLength);
    if (
      byteLength < HEADER_BYTES + END_BYTES ||
      crc32(encoded.subarray(4)) !== this.view.getUint32(0, true)
    ) {
      throw new DamageError('a checksum is wrong');
    }
    this.bucketCount = this.view.getUint32(4, true);
    this.setBytes = encoded[8] ?? 0;
    this.fingerprintsAt = HEADER_BYTES + END_BYTES * this.bucketCount;
    this.setsAt = this.fingerprintsAt + FINGERPRINT_BYTES * this.end(this.bucketCount - 1);
  }

  get byteLength(): number {
    return this.encoded.byteLength;
  }

  /** Returns the set of chunks that may have a tag. */
  of(tag: number): number {
    const stored = storedTag(tag);
    const bucket = bucketOf(stored, this.bucketCount);
    const fingerprint = fingerprintOf(stored);
    let set = NO_CHUNK;
    for (let at = bucket === 0 ? 0 : this.end(bucket - 1), end = this.end(bucket); at < end; at++) {
      if (this.view.getUint16(this.fingerprintsAt + FINGERPRINT_BYTES * at, true) === fingerprint) {
        set |= this.set(at);
      }
    }
    return set >>> 0;
  }

  private end(bucket: number): number {
    return this.view.getUint32(HEADER_BYTES + END_BYTES * bucket, true);
  }

  private set(at: number): number {
    let set = 0;
    for (let byte = 0; byte < this.setBytes; byte++) {
      set |= (this.encoded[this.setsAt + this.setBytes * at + byte] ?? 0) << (8 * byte);
    }
    return set;
  }
}

const storedTag = (tag: number): number => (tag === 0 ? 1 : tag);

const bucketOf = (tag: number, bucketCount: number): number =>
  Math.floor(((Math.imul(tag ^ (tag >>> 16), 0x9e3779b1) >>> 0) / 2 ** 32) * bucketCount);

const fingerprintOf = (tag: number): number => Math.imul(tag ^ (tag >>> 13), 0x85ebca6b) >>> 16;
