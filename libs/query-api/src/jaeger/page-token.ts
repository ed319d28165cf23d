import { fnvOfText, type TraceId, type UnixNano } from '@lantern/telemetry-model';
import { isTraceId } from '@lantern/telemetry-model';

/** Position where a page of a search ended: that of its last trace in the order of the answer. */
export interface PagePlace {
  /** Value that the order of the search compares; 0 for the order `recent`. */
  readonly rank?: bigint;
  readonly startUnixNano: UnixNano;
  readonly traceId: TraceId;
}

const TOKEN = /^2\.(-?)([0-9a-f]{1,16})\.([0-9a-f]{1,16})\.([0-9a-f]{32})\.([0-9a-f]{8})$/;

/** Returns the fingerprint of a search: of all its parameters but the size and the token of the page. */
export const searchFingerprint = (conditions: unknown): string => {
  const text = JSON.stringify(conditions, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  // Distinguishes searches, and is no protection against a forged token.
  return (fnvOfText(text) >>> 0).toString(16).padStart(8, '0');
};

/** Formats a page token, which is opaque to clients. */
export const formatPageToken = (
  { rank = 0n, startUnixNano, traceId }: PagePlace,
  fingerprint: string,
): string => `2.${rank.toString(16)}.${startUnixNano.toString(16)}.${traceId}.${fingerprint}`;

/** @throws {Error} for a token of another search, or none at all */
export const parsePageToken = (token: string, fingerprint: string): PagePlace => {
  const [, sign = '', rank = '', start, id = '', of] = TOKEN.exec(token) ?? [];
  if (start === undefined || !isTraceId(id)) throw new Error('it is no token that a search has given');
  if (of !== fingerprint) throw new Error('it belongs to a search with other conditions');
  const size = BigInt(`0x${rank}`);
  return { rank: sign === '-' ? -size : size, startUnixNano: BigInt(`0x${start}`), traceId: id };
};
