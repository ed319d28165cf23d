import { goQuote } from '@lantern/go-syntax';
import { formatLabels } from '@lantern/query-api';
import type { LogEntry, LogLabels, UnixNano } from '@lantern/telemetry-model';

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;

/** Limits on pushed log lines. Sizes are bytes of UTF-8. */
export interface LogLimits {
  readonly maxLineBytes: number;
  /** Maximum age of an entry. */
  readonly maxAgeNanos: bigint;
  /** Maximum time that an entry may be in the future, because clocks differ. */
  readonly maxFutureNanos: bigint;
  /** Maximum time that an entry may be older than the newest entry of its stream. */
  readonly maxBehindNanos: bigint;
  readonly maxLabels: number;
  readonly maxLabelNameBytes: number;
  readonly maxLabelValueBytes: number;
  readonly maxMetadataBytes: number;
  readonly maxMetadataCount: number;
  /** Maximum number of streams with a recent entry. */
  readonly maxActiveStreams: number;
  /** Maximum average rate of all streams together. A burst may be 1.5 times as large. */
  readonly maxBytesPerSecond: number;
}

/** Loki's defaults without its rate limit: one busy service writes Loki's 4 MB per second. */
export const DEFAULT_LOG_LIMITS: LogLimits = {
  maxLineBytes: 256 * 1024,
  maxAgeNanos: 7n * 24n * HOUR,
  maxFutureNanos: 10n * MINUTE,
  maxBehindNanos: HOUR,
  maxLabels: 15,
  maxLabelNameBytes: 1024,
  maxLabelValueBytes: 2048,
  maxMetadataBytes: 64 * 1024,
  maxMetadataCount: 128,
  maxActiveStreams: 5_000,
  maxBytesPerSecond: Infinity,
};

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Returns whether a text exceeds a limit in UTF-8. Most texts are short enough for a check of their length alone. */
export const isLongerThan = (text: string, maxBytes: number): boolean =>
  text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;

/** Returns a description of a fault. It is a function because only a few faults of a request are described. */
export type Fault = () => string;

/** Returns the fault of a stream's labels, with Loki's message; undefined for valid labels. */
export const faultOfLabels = (labels: LogLabels, limits: LogLimits): Fault | undefined => {
  const names = Object.keys(labels);
  const wrongName = names.find((name) => !LABEL_NAME.test(name));
  if (wrongName !== undefined) {
    return () =>
      `error parsing labels '${formatLabels(labels)}' with error: ${goQuote(wrongName)} is not a valid label name`;
  }
  const count = names.filter((name) => name !== 'service_name').length;
  if (count > limits.maxLabels) {
    return () =>
      `entry for stream '${formatLabels(labels)}' has ${count} label names; limit ${limits.maxLabels}`;
  }
  for (const [name, value] of Object.entries(labels)) {
    if (isLongerThan(name, limits.maxLabelNameBytes)) {
      return () => `stream '${formatLabels(labels)}' has label name too long: '${name}'`;
    }
    if (isLongerThan(value, limits.maxLabelValueBytes)) {
      return () => `stream '${formatLabels(labels)}' has label value too long: '${value}'`;
    }
  }
  return undefined;
};

/** Returns the fault of an entry, with Loki's message; undefined for a valid entry. */
export const faultOfEntry = (
  labels: LogLabels,
  { line, timeUnixNano, structuredMetadata }: LogEntry,
  now: UnixNano,
  limits: LogLimits,
): Fault | undefined => {
  if (timeUnixNano < now - limits.maxAgeNanos) {
    return () =>
      `entry for stream '${formatLabels(labels)}' has timestamp too old: ${formatSecond(timeUnixNano)}, ` +
      `oldest acceptable timestamp is: ${formatSecond(now - limits.maxAgeNanos)}`;
  }
  if (timeUnixNano > now + limits.maxFutureNanos) {
    return () =>
      `entry for stream '${formatLabels(labels)}' has timestamp too new: ${formatSecond(timeUnixNano)}`;
  }
  if (isLongerThan(line, limits.maxLineBytes)) {
    return () =>
      `max entry size '${limits.maxLineBytes}' bytes exceeded for stream '${formatLabels(labels)}' ` +
      `while adding an entry with length '${Buffer.byteLength(line)}' bytes`;
  }
  return faultOfMetadata(labels, structuredMetadata, limits);
};

const faultOfMetadata = (
  labels: LogLabels,
  metadata: Readonly<Record<string, string>>,
  limits: LogLimits,
): Fault | undefined => {
  let count = 0;
  let characters = 0;
  for (const name in metadata) {
    count++;
    characters += name.length + (metadata[name]?.length ?? 0);
  }
  if (count > limits.maxMetadataCount) {
    return () =>
      `stream '${formatLabels(labels)}' has too many structured metadata labels: '${count}', limit: ` +
      `'${limits.maxMetadataCount}'. Please see \`limits_config.max_structured_metadata_entries_count\` ` +
      'or contact your Loki administrator to increase it';
  }
  if (characters * 3 <= limits.maxMetadataBytes) return undefined;
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  return bytes <= limits.maxMetadataBytes
    ? undefined
    : () =>
        `stream '${formatLabels(labels)}' has structured metadata too large: '${bytes}' bytes, limit: ` +
        `'${limits.maxMetadataBytes}' bytes. Please see \`limits_config.max_structured_metadata_size\` ` +
        'or contact your Loki administrator to increase it';
};

/** Formats a time as Go's `time.RFC3339`, without a fraction. */
export const formatSecond = (time: UnixNano): string => {
  const millis = Number(time / 1_000_000n);
  return new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z');
};
