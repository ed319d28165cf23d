import { MESSAGE } from 'triple-beam';
import Transport from 'winston-transport';
import type { LineDelivery } from './line-delivery.js';
import { queuedLine } from './line-queue.js';
import type { LogRecord } from './log-record.js';
import { type LogFormat, writeToStdout } from './stdout.js';

/** Log line as the logger passes it to winston, and winston to its transports. */
export interface LineInfo {
  record: LogRecord;
  /** Time at which the line was written, in milliseconds since 1970, with a fraction. */
  time: number;
  traceFlags: number | undefined;
  /** Whether stdout may get the line at the end of this turn of the event loop. */
  mayWait: boolean;
  /** The record as one line of JSON. */
  [MESSAGE]: string;
}

/** Winston transport that is done with a line when `take` returns. */
abstract class ImmediateTransport extends Transport {
  protected abstract take(info: LineInfo): void;

  override log(info: LineInfo, next: () => void): void {
    // Otherwise the stream keeps an object for each line until the turn of the event loop ends, without any bound. Winston
    // clears the same flag where it leaves out a line.
    (this as unknown as { _writableState: { sync: boolean } })._writableState.sync = false;
    this.take(info);
    next();
  }
}

/** Winston transport that writes lines to stdout. */
export class StdoutTransport extends ImmediateTransport {
  constructor(private readonly lineFormat: LogFormat) {
    super();
  }

  protected override take({ record, mayWait, [MESSAGE]: json }: LineInfo): void {
    writeToStdout(record, this.lineFormat, json, mayWait);
  }
}

/** Winston transport that passes lines to the delivery. */
export class DeliveryTransport extends ImmediateTransport {
  constructor(private readonly delivery: LineDelivery) {
    super();
  }

  protected override take({ record, time, traceFlags, [MESSAGE]: text }: LineInfo): void {
    this.delivery.push(queuedLine(record, text, time, traceFlags));
  }
}
