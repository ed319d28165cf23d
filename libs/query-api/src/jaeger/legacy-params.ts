import { parseGoInt } from '@lantern/go-syntax';
import { NANOS_PER_MICRO, NANOS_PER_MILLI, type DurationNano, type UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { messageOf } from '../message-of.js';
import { INT64_RANGE, TIME_RANGE, checkListLength, inUnits, within } from '../number-range.js';

/** Reads one parameter; absent or empty gives the default. */
export const read = <T>(params: URLSearchParams, name: string, parse: (text: string) => T, absent: T): T => {
  const text = params.get(name) ?? '';
  if (text === '') return absent;
  try {
    return parse(text);
  } catch (error) {
    throw new BadRequest(`unable to parse param '${name}': ${messageOf(error)}`);
  }
};

/** Reads all values of a parameter that may be repeated. */
export const readAll = (params: URLSearchParams, name: string, max: number): string[] => {
  const texts = params.getAll(name);
  try {
    checkListLength(texts.length, max);
  } catch (error) {
    throw new BadRequest(`unable to parse param '${name}': ${messageOf(error)}`);
  }
  return texts;
};

const unixMicros = within(inUnits(TIME_RANGE, NANOS_PER_MICRO), parseGoInt);
const unixMillis = within(inUnits(TIME_RANGE, NANOS_PER_MILLI), parseGoInt);
const durationMillis = within({ min: 0n, max: INT64_RANGE.max / NANOS_PER_MILLI }, parseGoInt);
const intervalMillis = within({ min: 1n, max: INT64_RANGE.max / NANOS_PER_MILLI }, parseGoInt);

/** Time, in microseconds since 1970. */
export const microTime = (text: string): UnixNano => unixMicros(text) * NANOS_PER_MICRO;
/** Time, in milliseconds since 1970. */
export const milliTime = (text: string): UnixNano => unixMillis(text) * NANOS_PER_MILLI;
/** Duration in milliseconds. */
export const milliDuration = (text: string): DurationNano => durationMillis(text) * NANOS_PER_MILLI;
/** Duration in milliseconds that is longer than none. */
export const milliInterval = (text: string): DurationNano => intervalMillis(text) * NANOS_PER_MILLI;
