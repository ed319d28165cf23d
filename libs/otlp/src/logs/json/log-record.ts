import type { AnyValue } from '@lantern/telemetry-model';
import { parseAnyValue, parseAttributes } from '../../common/json/attributes.js';
import type { JsonMessage } from '../../common/json/json-message.js';
import { logSpanId, logTraceId, type LogRecord } from '../log-record.js';

/** Names of the enum, which protobuf's JSON writes. */
const SEVERITIES: Readonly<Record<string, number>> = Object.fromEntries<number>([
  ['SEVERITY_NUMBER_UNSPECIFIED', 0],
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name, index) =>
    ['', '2', '3', '4'].map((suffix, rank): [string, number] => [
      `SEVERITY_NUMBER_${name}${suffix}`,
      4 * index + rank + 1,
    ]),
  ),
]);

export const parseLogRecord = (message: JsonMessage): LogRecord => ({
  timeUnixNano: message.uint64('timeUnixNano'),
  observedTimeUnixNano: message.uint64('observedTimeUnixNano'),
  severityNumber: message.enumNumber('severityNumber', SEVERITIES),
  severityText: message.text('severityText'),
  body: parseBody(message),
  attributes: parseAttributes(message, 'attributes'),
  droppedAttributesCount: message.uint32('droppedAttributesCount'),
  flags: message.uint32('flags'),
  traceId: logTraceId(message.hex('traceId')),
  spanId: logSpanId(message.hex('spanId')),
  eventName: message.text('eventName'),
});

const parseBody = (message: JsonMessage): AnyValue => parseAnyValue(message.message('body'), 0);
