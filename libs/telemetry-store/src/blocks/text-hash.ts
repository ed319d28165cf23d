/** 32 bits of a text, which depend on the seed too. */
export const textHash = (text: string, seed = 0x811c9dc5): number => {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
};

/** A trace id, which senders of logs write as they like, as the index of traces knows it. */
export const traceHashOf = (traceId: string): readonly [low: number, high: number] => [
  textHash(traceId),
  textHash(traceId, 0x9e3779b1),
];
