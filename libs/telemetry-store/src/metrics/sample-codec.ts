import { Buffer } from 'node:buffer';
import { DamageError } from '../bytes/byte-reader.js';
import { HIGH_WORD, LOW_WORD, wordsOf } from './double-words.js';

/** Maximum size of an encoded time and of an encoded value, in bytes. */
const MAX_ENCODED_BYTES = 10;

/** Largest delta between two integers that is encoded as a varint. Twice its zigzag form must be a safe integer. */
const MAX_DELTA = 2 ** 50;

/** Growing bytes that encoders append to. */
export class ByteSink {
  bytes = Buffer.allocUnsafeSlow(1024);
  length = 0;

  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** Returns the bytes as text of one byte a character, and empties the sink. */
  takeText(): string {
    const text = this.bytes.toString('latin1', 0, this.length);
    this.length = 0;
    return text;
  }
}

/** Last sample of a run, to which the next one is encoded as a difference. */
export interface RunState {
  count: number;
  lastTime: number;
  lastDelta: number;
  lastValue: number;
  lastHigh: number;
  lastLow: number;
}

export const newRun = (): RunState => ({
  count: 0,
  lastTime: 0,
  lastDelta: 0,
  lastValue: 0,
  lastHigh: 0,
  lastLow: 0,
});

/**
 * Appends samples to a run. Times and values go to different sinks, because the times of all series of a target are
 * equal, which makes them compress to almost nothing when they are neighbors.
 *
 * A time is the change of the distance to its predecessor (Gorilla's delta of delta), in zigzag and LEB128: one byte
 * where samples are regular. An integer value is the difference to its predecessor, twice its zigzag form. Any other
 * value is an odd byte with the number of leading zero bytes (bits 1 to 3) and of significant bytes less one (bits 4 to
 * 6) of the exclusive or with its predecessor, and these bytes; 0x81 repeats the predecessor.
 */
export const encodeSamples = (
  run: RunState,
  times: Float64Array,
  values: Float64Array,
  range: { readonly from: number; readonly to: number },
  sinks: { readonly times: ByteSink; readonly values: ByteSink },
): void => {
  const { from, to } = range;
  const words = wordsOf(values);
  const { times: timeSink, values: valueSink } = sinks;
  timeSink.reserve((to - from) * MAX_ENCODED_BYTES);
  valueSink.reserve((to - from) * MAX_ENCODED_BYTES);
  const timeBytes = timeSink.bytes;
  const valueBytes = valueSink.bytes;
  let timeAt = timeSink.length;
  let valueAt = valueSink.length;
  let { lastTime, lastDelta, lastValue, lastHigh, lastLow } = run;
  for (let i = from; i < to; i++) {
    const time = times[i] ?? 0;
    const delta = time - lastTime;
    timeAt = writeVarint(timeBytes, timeAt, zigzag(delta - lastDelta));
    lastTime = time;
    lastDelta = delta;

    const value = values[i] ?? 0;
    const high = words[2 * i + HIGH_WORD] ?? 0;
    const low = words[2 * i + LOW_WORD] ?? 0;
    const difference = value - lastValue;
    if (
      Number.isSafeInteger(value) &&
      Number.isSafeInteger(lastValue) &&
      Math.abs(difference) < MAX_DELTA &&
      // -0 has a bit that an integer does not keep.
      (value !== 0 || high === 0)
    ) {
      valueAt = writeVarint(valueBytes, valueAt, 2 * zigzag(difference));
    } else {
      valueAt = writeXor(valueBytes, valueAt, (high ^ lastHigh) >>> 0, (low ^ lastLow) >>> 0);
    }
    lastValue = value;
    lastHigh = high;
    lastLow = low;
  }
  timeSink.length = timeAt;
  valueSink.length = valueAt;
  run.count += to - from;
  run.lastTime = lastTime;
  run.lastDelta = lastDelta;
  run.lastValue = lastValue;
  run.lastHigh = lastHigh;
  run.lastLow = lastLow;
};

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

const writeVarint = (bytes: Buffer, at: number, value: number): number => {
  while (value >= 0x80) {
    bytes[at++] = (value % 0x80) | 0x80;
    value = Math.floor(value / 0x80);
  }
  bytes[at++] = value;
  return at;
};

const REPEATED = 0x81;

const writeXor = (bytes: Buffer, at: number, high: number, low: number): number => {
  if (high === 0 && low === 0) {
    bytes[at++] = REPEATED;
    return at;
  }
  const leading = high === 0 ? 4 + (Math.clz32(low) >>> 3) : Math.clz32(high) >>> 3;
  const trailing = low === 0 ? 4 + (trailingZeros(high) >>> 3) : trailingZeros(low) >>> 3;
  const length = 8 - leading - trailing;
  bytes[at++] = 1 | (leading << 1) | ((length - 1) << 4);
  for (let byte = leading; byte < leading + length; byte++) {
    bytes[at++] = byte < 4 ? high >>> (24 - 8 * byte) : low >>> (56 - 8 * byte);
  }
  return at;
};

const trailingZeros = (word: number): number => 31 - Math.clz32(word & -word);

/** Bytes of an encoded column of a run. */
export interface EncodedColumn {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Position in encoded bytes. */
interface Cursor {
  at: number;
}

const readVarint = (bytes: Uint8Array, cursor: Cursor, end: number): number => {
  let value = 0;
  for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
    if (cursor.at >= end) throw new DamageError('samples end too early');
    const byte = bytes[cursor.at++] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
  throw new DamageError('a number of a sample is too long');
};

/**
 * Decodes the times of a run up to `endMillis`.
 *
 * @param at index in `into` of the first time
 * @returns the number of times that are not later than `endMillis`
 * @throws DamageError
 */
export const decodeTimes = (
  { bytes, start, end }: EncodedColumn,
  count: number,
  into: Float64Array,
  at = 0,
  endMillis = Infinity,
): number => {
  const cursor = { at: start };
  let position = start;
  let time = 0;
  let delta = 0;
  for (let i = 0; i < count; i++) {
    const byte = bytes[position] ?? 0;
    // Regular samples are the normal case: a byte of zero.
    if (byte === 0 && position < end) position++;
    else {
      cursor.at = position;
      delta += unzigzag(readVarint(bytes, cursor, end));
      position = cursor.at;
    }
    time += delta;
    if (time > endMillis) return i;
    into[at + i] = time;
  }
  return count;
};

/**
 * Decodes the values of a run.
 *
 * @param words words of `into`
 * @param from index in `into` of the first value of the run
 * @param to index after the last value that is needed
 * @throws DamageError
 */
export const decodeValues = (
  { bytes, start, end }: EncodedColumn,
  into: Float64Array,
  words: Uint32Array,
  from: number,
  to: number,
): void => {
  const cursor = { at: start };
  let position = start;
  let value = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[position] ?? 0;
    if ((byte & 1) === 0) {
      // Small differences of integers, which have one byte, are the normal case.
      if (byte < 0x80 && position < end) {
        position++;
        const difference = byte >>> 1;
        value += (difference >>> 1) ^ -(difference & 1);
      } else {
        cursor.at = position;
        value += unzigzag(readVarint(bytes, cursor, end) / 2);
        position = cursor.at;
      }
      into[i] = value;
      continue;
    }
    position++;
    const before = 2 * (i - 1);
    let high = i === from ? 0 : (words[before + HIGH_WORD] ?? 0);
    let low = i === from ? 0 : (words[before + LOW_WORD] ?? 0);
    if (byte !== REPEATED) {
      const leading = (byte >>> 1) & 7;
      const stop = leading + ((byte >>> 4) & 7) + 1;
      if (stop > 8 || position + stop - leading > end) throw new DamageError('samples end too early');
      for (let part = leading; part < stop; part++) {
        const bits = bytes[position++] ?? 0;
        if (part < 4) high ^= bits << (24 - 8 * part);
        else low ^= bits << (56 - 8 * part);
      }
    }
    words[2 * i + HIGH_WORD] = high;
    words[2 * i + LOW_WORD] = low;
    value = into[i] ?? 0;
  }
};
