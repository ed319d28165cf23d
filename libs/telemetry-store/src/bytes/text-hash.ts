import { fnvOfText } from '@lantern/telemetry-model';

/** Returns a 32-bit hash of a text and a seed. */
export const textHash = (text: string, seed?: number): number => {
  let hash = fnvOfText(text, seed);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
};

/** Returns the hash of a trace ID as the index of traces has it. Exporters of logs write trace IDs in any format. */
export const traceHashOf = (traceId: string): readonly [low: number, high: number] => [
  textHash(traceId),
  textHash(traceId, 0x9e3779b1),
];
