import { MESSAGE } from 'triple-beam';
import Transport from 'winston-transport';
import type { LineDelivery } from './line-delivery.js';
import { queuedLine } from './line-queue.js';
import type { LogRecord } from './log-record.js';

/** What the logger hands to winston, and winston to its transports. */
export interface LineInfo {
  record: LogRecord;
  /** When the line was written, in milliseconds since 1970 with a fraction. */
  time: number;
  traceFlags: number | undefined;
  /** The record as one line of JSON. */
  [MESSAGE]: string;
}

/** Winston's end of the way to a backend. */
export class DeliveryTransport extends Transport {
  constructor(private readonly delivery: LineDelivery) {
    super();
  }

  override log({ record, time, traceFlags, [MESSAGE]: text }: LineInfo, next: () => void): void {
    next();
    this.delivery.push(queuedLine(record, text, time, traceFlags));
  }
}
