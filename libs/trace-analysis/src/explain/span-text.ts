import { formatNanos, formatShare } from '@lantern/telemetry-model';
import type { TraceFacts } from '../trace-facts.js';

/** Cuts a text to one line of at most `length` characters. */
export const oneLine = (text: string, length = 120): string => {
  const line = text
    .slice(0, 4 * length)
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};

export const nameOf = (facts: TraceFacts, row: number): string =>
  `${oneLine(facts.service(row), 60)} ${oneLine(facts.operation(row), 80) || '(unnamed)'}`;

export const shareText = (nano: number, duration: number): string =>
  formatShare(BigInt(Math.round(nano)), BigInt(Math.round(duration)));

/** Formats the first line of each explanation. */
export const headline = (facts: TraceFacts): string => {
  const { table, traceId } = facts;
  const start = new Date(Number(table.startUnixNano / 1_000_000n)).toISOString();
  const counts = `${table.length} spans, ${table.services.length} services, ${table.errorCount} errors`;
  return `Trace ${traceId}: ${nameOf(facts, 0)}, ${formatNanos(table.duration)}, ${counts}, started ${start}.`;
};

/** Returns the address of a trace in the UI, with a span open. */
export const linkTo = (facts: TraceFacts, baseUrl: string, row?: number): string => {
  const spanId = row === undefined ? undefined : facts.table.spanIds[row];
  return `${baseUrl}/trace/${facts.traceId}${spanId === undefined ? '' : `?uiFind=${spanId}`}`;
};
