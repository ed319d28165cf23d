import { parseAttributes } from '../common/json/attributes.js';
import { parseScope } from '../common/json/instrumentation-scope.js';
import { JsonMessage } from '../common/json/json-message.js';
import { parseJson } from '../common/json/parse-json.js';
import { parseResource } from '../common/json/resource.js';
import { METRIC_MESSAGES, messageOf, type FieldType, type MetricMessage } from './metric-fields.js';

/** Names of the enum, which protobuf's JSON writes. */
const TEMPORALITIES: Readonly<Record<string, number>> = {
  AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
};

/**
 * Checks an `ExportMetricsServiceRequest` (or `MetricsData`, which has the same fields) in OTLP/JSON, as strictly
 * as the decoders of the other signals, and discards it.
 *
 * @throws MalformedOtlpError
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export const checkMetricsRequestJson = (text: string): void => {
  checkMessage(JsonMessage.root(parseJson(text)), 'ExportMetricsServiceRequest');
};

const checkMessage = (message: JsonMessage, type: MetricMessage): void => {
  for (const [name, fieldType] of Object.values(METRIC_MESSAGES[type])) {
    // `JsonMessage` returns an empty message for an absent one, so the recursion would not end.
    if (message.has(name)) checkField(message, name, fieldType);
  }
};

const checkField = (message: JsonMessage, name: string, type: FieldType): void => {
  switch (type) {
    case 'text':
      message.text(name);
      return;
    case 'id':
      message.hex(name);
      return;
    case 'bool':
      message.bool(name);
      return;
    case 'temporality':
      message.enumNumber(name, TEMPORALITIES);
      return;
    case 'uint32':
      message.uint32(name);
      return;
    case 'sint32':
      message.int32(name);
      return;
    case 'fixed64':
      message.uint64(name);
      return;
    case 'sfixed64':
      message.int64(name);
      return;
    case 'double':
      message.double(name);
      return;
    case 'double[]':
      for (const item of message.items(name)) item.double('value');
      return;
    case 'fixed64[]':
    case 'uint64[]':
      for (const item of message.items(name)) item.uint64('value');
      return;
    case 'Resource':
      parseResource(message.message(name));
      return;
    case 'InstrumentationScope':
      parseScope(message.message(name));
      return;
    case 'KeyValue[]':
      parseAttributes(message, name);
      return;
    default:
      if (type.endsWith('[]')) for (const item of message.messages(name)) checkMessage(item, messageOf(type));
      else checkMessage(message.message(name), messageOf(type));
  }
};
