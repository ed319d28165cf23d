import { jsonLine } from './log-line.js';
import type { LineDelivery } from './line-delivery.js';
import { queuedLine } from './line-queue.js';
import type { LogRecord } from './log-record.js';

const open = new Set<LineDelivery>();

/** Sends the library's own messages through this delivery too. Returns a function that stops that. */
export const openDelivery = (delivery: LineDelivery): (() => void) => {
  open.add(delivery);
  return () => open.delete(delivery);
};

/** Sends the waiting lines of every logger. */
export const flushLines = (): void => {
  for (const delivery of open) delivery.flush();
};

/** Sends a line that no logger of an application writes: that the process crashes, that spans are lost. */
export const deliverOwnLine = (record: LogRecord, time: number): void => {
  if (open.size === 0) return;
  const line = queuedLine(record, jsonLine(record), time);
  for (const delivery of open) delivery.push(line);
};
