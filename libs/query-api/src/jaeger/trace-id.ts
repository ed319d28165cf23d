import { goQuote } from '@lantern/go-syntax';
import { bytesFromBase64, hexFromBytes, isTraceId, type TraceId } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';

/** 128 bits in base64 are 24 characters with padding, 22 without. */
const MAX_BASE64_LENGTH = 24;

const refuseHex = (text: string): BadRequest => {
  if (text.length > 32) return new BadRequest(`TraceID cannot be longer than 32 hex characters: ${text}`);
  // Jaeger reads the upper and the lower 64 bits apart and names the half that failed.
  const halves = text.length > 16 ? [text.slice(0, -16), text.slice(-16)] : [text];
  const half = halves.find((candidate) => !/^[0-9a-fA-F]+$/.test(candidate)) ?? text;
  return new BadRequest(`strconv.ParseUint: parsing ${goQuote(half)}: invalid syntax`);
};

/**
 * Reads a trace ID as Jaeger's legacy search does: up to 32 hex digits. Base64 is accepted only where a single trace
 * is asked for.
 *
 * @returns undefined for an ID that is well-formed but can name no trace: all zero
 * @throws {BadRequest}
 */
export const parseJaegerHexId = (text: string): TraceId | undefined => {
  if (!/^[0-9a-fA-F]{1,32}$/.test(text)) throw refuseHex(text);
  return known(text.toLowerCase());
};

/**
 * Reads a trace id as Jaeger's query API does: up to 32 hex digits, or 8 or 16 bytes in base64 of either alphabet.
 *
 * @returns undefined for an id that is well-formed but can name no trace: all zero
 * @throws {BadRequest}
 */
export const parseJaegerTraceId = (text: string): TraceId | undefined => {
  if (/^[0-9a-fA-F]{1,32}$/.test(text)) return known(text.toLowerCase());
  const bytes = text.length > MAX_BASE64_LENGTH ? undefined : bytesFromBase64(text);
  if (bytes === undefined || text === '') throw refuseHex(text);
  if (bytes.length !== 8 && bytes.length !== 16) throw new BadRequest('invalid length for TraceID');
  return known(hexFromBytes(bytes));
};

const known = (hex: string): TraceId | undefined => {
  const id = hex.padStart(32, '0');
  return isTraceId(id) ? id : undefined;
};

/** Jaeger's legacy API drops the upper half of an id when it is zero. */
export const legacyTraceId = (traceId: string): string =>
  traceId.startsWith('0000000000000000') ? traceId.slice(16) : traceId;
