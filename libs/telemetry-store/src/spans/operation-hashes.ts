import { textHash } from '../bytes/text-hash.js';
import type { BlockOperation } from './rows.js';

/** Two hashes for each operation of a block: of its service and of its name. */
export type OperationHashes = Uint32Array;

export const operationHashes = (operations: readonly BlockOperation[]): OperationHashes => {
  const hashes = new Uint32Array(2 * operations.length);
  for (const [index, { service, name }] of operations.entries()) {
    hashes[2 * index] = textHash(service);
    hashes[2 * index + 1] = textHash(name);
  }
  return hashes;
};

/**
 * Whether a block may have an operation of this service and this name; undefined matches any. Hash collisions make
 * false positives possible.
 */
export const mayHoldOperation = (
  hashes: OperationHashes,
  serviceHash: number | undefined,
  nameHash: number | undefined,
): boolean => {
  if (serviceHash === undefined && nameHash === undefined) return true;
  for (let at = 0; at < hashes.length; at += 2) {
    const isService = serviceHash === undefined || hashes[at] === serviceHash;
    if (isService && (nameHash === undefined || hashes[at + 1] === nameHash)) return true;
  }
  return false;
};
