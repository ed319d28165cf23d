import { join } from 'node:path';
import { FolderError } from '@lantern/telemetry-store';
import type { Report } from '../transport/errors/failure.js';
import { FileQueue } from './file-queue.js';
import type { ForwardQueue } from './forward-queue.js';
import { MemoryQueue } from './memory-queue.js';

export { Forwarder } from './forwarder.js';

/** Folder of the queue within the data folder. */
const FOLDER = 'forward';

/**
 * Opens the queue in the data folder, or one in memory without a data folder.
 *
 * @throws {FolderError}
 */
export const openForwardQueue = (
  dataDir: string | undefined,
  maxBytes: number,
  report: Report,
): ForwardQueue => {
  if (dataDir === undefined) return new MemoryQueue(maxBytes);
  const folder = join(dataDir, FOLDER);
  try {
    return new FileQueue(folder, maxBytes, report);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FolderError(`The queue of forwarded requests in ${folder} cannot be opened: ${reason}`, {
      cause: error,
    });
  }
};
