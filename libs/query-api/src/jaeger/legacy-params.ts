import { NANOS_PER_MICRO, NANOS_PER_MILLI, type UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { parseGoInt } from '../go/number.js';
import { messageOf } from '../message-of.js';

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

export const micros = (text: string): UnixNano => parseGoInt(text) * NANOS_PER_MICRO;
export const millis = (text: string): bigint => parseGoInt(text) * NANOS_PER_MILLI;
