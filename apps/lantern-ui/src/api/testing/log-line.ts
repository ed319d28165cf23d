import type { LogLine } from '../log-line.js';

let lines = 0;

/** Returns a log line at a small number of nanoseconds. */
export const logLine = ({
  time,
  spanId,
  message,
  level = 'info',
}: {
  readonly time: number;
  readonly spanId: string | undefined;
  readonly message: string;
  readonly level?: LogLine['level'];
}): LogLine => ({
  key: String(lines++),
  timeUnixNano: BigInt(time),
  writtenUnixNano: BigInt(time),
  service: 'shop',
  level,
  message,
  spanId,
  fields: [],
  traceId: undefined,
  labels: {},
  metadataKeys: new Set(),
  line: message,
});
