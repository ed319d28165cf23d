/**
 * Start of a hash by FNV-1a of 32 bits: fast, evenly spread, and no protection against texts that are chosen to collide.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc9923
 */
export const FNV_OFFSET = 0x811c9dc5;

/** Factor of each step of FNV-1a: `hash = Math.imul(hash ^ byte, FNV_PRIME)`. */
export const FNV_PRIME = 0x01000193;

/** Returns the hash of the UTF-16 units of a text, as a signed integer, which V8 keeps without a heap object. */
export const fnvOfText = (text: string, seed: number = FNV_OFFSET): number => {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
};

/** Same as {@link fnvOfText}, for the bytes from `start` to `end`. */
export const fnvOfBytes = (
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number = FNV_OFFSET,
): number => {
  let hash = seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), FNV_PRIME);
  return hash;
};
