import { readAttribute } from '../common/protobuf/attributes.js';
import { emptyScope, readScope } from '../common/protobuf/instrumentation-scope.js';
import { emptyResource, readResource } from '../common/protobuf/resource.js';
import { WireReader, WireType, type MessageFields } from '../wire/wire-reader.js';
import { METRIC_MESSAGES, messageOf, type FieldType, type MetricMessage } from './metric-fields.js';

/** Field names for error messages. */
const FIELD_NAMES = Object.fromEntries(
  Object.entries(METRIC_MESSAGES).map(([message, fields]) => [
    message,
    Object.fromEntries(Object.entries(fields).map(([number, [name]]) => [number, name])),
  ]),
) as Readonly<Record<MetricMessage, MessageFields>>;

/**
 * Checks an `ExportMetricsServiceRequest` (or `MetricsData`, which has the same fields) in protobuf, as strictly
 * as the decoders of the other signals, and discards it.
 *
 * @param maxMessages maximum number of messages at any depth
 * @throws MalformedOtlpError
 */
export const checkMetricsRequest = (bytes: Uint8Array, maxMessages = Infinity): void => {
  const root = 'ExportMetricsServiceRequest';
  checkFields(new WireReader(bytes, FIELD_NAMES[root], maxMessages), root);
};

const checkFields = (reader: WireReader, message: MetricMessage): void => {
  const fields = METRIC_MESSAGES[message];
  while (reader.next()) {
    const field = fields[reader.field];
    if (field) checkField(reader, field[1]);
    else reader.skip();
  }
};

const checkField = (reader: WireReader, type: FieldType): void => {
  switch (type) {
    case 'text':
      reader.text();
      return;
    case 'id':
      reader.hex();
      return;
    case 'bool':
      reader.bool();
      return;
    case 'temporality':
    case 'sint32':
    case 'uint32':
      reader.int32();
      return;
    case 'fixed64':
    case 'sfixed64':
      reader.fixed64();
      return;
    case 'double':
      reader.double();
      return;
    case 'fixed64[]':
    case 'double[]':
      reader.skipNumbers(WireType.fixed64);
      return;
    case 'uint64[]':
      reader.skipNumbers(WireType.varint);
      return;
    case 'Resource':
      readResource(reader, emptyResource());
      return;
    case 'InstrumentationScope':
      readScope(reader, emptyScope());
      return;
    case 'KeyValue[]':
      readAttribute(reader);
      return;
    default: {
      const message = messageOf(type);
      const outer = reader.enter(FIELD_NAMES[message]);
      checkFields(reader, message);
      reader.leave(outer);
    }
  }
};
