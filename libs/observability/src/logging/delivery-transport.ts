import { MESSAGE } from 'triple-beam';
import Transport from 'winston-transport';
import type { LineDelivery } from './line-delivery.js';
import { queuedLine } from './line-queue.js';
import type { LogRecord } from './log-record.js';

/** Log line as the logger passes it to winston, and winston to its transports. */
export interface LineInfo {
  record: LogRecord;
  /** Time at which the line was written, in milliseconds since 1970, with a fraction. */
  time: number;
  traceFlags: number | undefined;
  /** The record as one line of JSON. */
  [MESSAGE]: string;
}

/** Winston transport that passes lines to the delivery. */
export class DeliveryTransport extends Transport {
  constructor(private readonly delivery: LineDelivery) {
    super();
  }

  override log({ record, time, traceFlags, [MESSAGE]: text }: LineInfo, next: () => void): void {
    next();
    this.delivery.push(queuedLine(record, text, time, traceFlags));
  }
}
