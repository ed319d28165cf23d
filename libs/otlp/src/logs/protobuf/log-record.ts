import type { AnyValue, Attribute } from '@lantern/telemetry-model';
import { readAnyValue, readAttribute } from '../../common/protobuf/attributes.js';
import type { MessageFields, WireReader } from '../../wire/wire-reader.js';
import { logSpanId, logTraceId, type LogRecord } from '../log-record.js';

const LOG_RECORD: MessageFields = {
  1: 'timeUnixNano',
  2: 'severityNumber',
  3: 'severityText',
  5: 'body',
  6: 'attributes',
  7: 'droppedAttributesCount',
  8: 'flags',
  9: 'traceId',
  10: 'spanId',
  11: 'observedTimeUnixNano',
  12: 'eventName',
};

/** Reads the `LogRecord` that the reader stands on. */
export const readLogRecord = (reader: WireReader): LogRecord => {
  const outer = reader.enter(LOG_RECORD);
  const attributes: Attribute[] = [];
  let timeUnixNano = 0n;
  let observedTimeUnixNano = 0n;
  let severityNumber = 0;
  let severityText = '';
  let body: AnyValue = null;
  let droppedAttributesCount = 0;
  let flags = 0;
  let traceId = '';
  let spanId = '';
  let eventName = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        timeUnixNano = reader.fixed64();
        break;
      case 2:
        severityNumber = reader.int32();
        break;
      case 3:
        severityText = reader.text();
        break;
      case 5:
        body = readAnyValue(reader, body, 0);
        break;
      case 6:
        attributes.push(readAttribute(reader));
        break;
      case 7:
        droppedAttributesCount = reader.uint32();
        break;
      case 8:
        flags = reader.fixed32();
        break;
      case 9:
        traceId = logTraceId(reader.hex());
        break;
      case 10:
        spanId = logSpanId(reader.hex());
        break;
      case 11:
        observedTimeUnixNano = reader.fixed64();
        break;
      case 12:
        eventName = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return {
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    body,
    attributes,
    droppedAttributesCount,
    flags,
    traceId,
    spanId,
    eventName,
  };
};
