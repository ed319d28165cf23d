import { Buffer } from 'node:buffer';
import type { LogEntry } from '@lantern/telemetry-model';

/** Returns the size of an entry as Loki counts it: the line, and names and values of structured metadata, in UTF-8. */
export const bytesOfEntry = ({ line, structuredMetadata }: LogEntry): number => {
  let bytes = Buffer.byteLength(line);
  for (const name in structuredMetadata) {
    if (!Object.hasOwn(structuredMetadata, name)) continue;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(structuredMetadata[name] ?? '');
  }
  return bytes;
};
