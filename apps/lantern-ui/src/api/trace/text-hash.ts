import { fnvOfText } from '@lantern/telemetry-model';

/** Returns a hash of a text (its length and 32-bit FNV-1a) that detects an unchanged response. */
export const textHash = (text: string): string => `${text.length}-${(fnvOfText(text) >>> 0).toString(16)}`;
