import { formatShare } from '../../../shared/format/count.js';

/** Formats a share from 0 to 1 as a percentage. */
export const shareOf = (share: number): string => formatShare(BigInt(Math.round(share * 1e6)), 1_000_000n);
