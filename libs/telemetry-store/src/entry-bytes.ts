import { Buffer } from 'node:buffer';
import type { LogEntry } from '@lantern/telemetry-model';

/** Of the line and of structured metadata, names and values, in UTF-8: what Loki counts as the size of an entry. */
export const bytesOfEntry = ({ line, structuredMetadata }: LogEntry): number => {
  let bytes = Buffer.byteLength(line);
  for (const name in structuredMetadata) {
    if (!Object.hasOwn(structuredMetadata, name)) continue;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(structuredMetadata[name] ?? '');
  }
  return bytes;
};
