import { parseAttributes } from '../common/json/attributes.js';
import { parseScope } from '../common/json/instrumentation-scope.js';
import { JsonMessage } from '../common/json/json-message.js';
import { parseJson } from '../common/json/parse-json.js';
import { parseResource } from '../common/json/resource.js';
import { METRIC_MESSAGES, messageOf, type FieldType, type MetricMessage } from './metric-fields.js';
import type { MetricsRequest } from './metrics-request.js';

/** Names of the enum, which protobuf's JSON writes. */
const TEMPORALITIES: Readonly<Record<string, number>> = {
  AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
  AGGREGATION_TEMPORALITY_DELTA: 1,
  AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
};

/**
 * Parses an `ExportMetricsServiceRequest` (or `MetricsData`, which has the same fields) in OTLP/JSON.
 *
 * @throws MalformedOtlpError
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export const parseMetricsRequestJson = (text: string): MetricsRequest =>
  // The table of fields has the same shape as the types of the messages.
  parseMessage(JsonMessage.root(parseJson(text)), 'ExportMetricsServiceRequest');

const parseMessage = (message: JsonMessage, type: MetricMessage): Record<string, unknown> => {
  const fields: Record<string, unknown> = {};
  for (const [name, fieldType] of Object.values(METRIC_MESSAGES[type])) {
    // `JsonMessage` returns an empty message for an absent one, so the recursion would not end.
    if (message.has(name)) fields[name] = parseField(message, name, fieldType);
  }
  return fields;
};

const parseField = (message: JsonMessage, name: string, type: FieldType): unknown => {
  switch (type) {
    case 'text':
      return message.text(name);
    case 'id':
      return message.hex(name);
    case 'bool':
      return message.bool(name);
    case 'temporality':
      return message.enumNumber(name, TEMPORALITIES);
    case 'uint32':
      return message.uint32(name);
    case 'sint32':
      return message.int32(name);
    case 'fixed64':
      return message.uint64(name);
    case 'sfixed64':
      return message.int64(name);
    case 'double':
      return message.double(name);
    case 'double[]':
      return message.items(name).map((item) => item.double('value'));
    case 'fixed64[]':
    case 'uint64[]':
      return message.items(name).map((item) => Number(item.uint64('value')));
    case 'Resource':
      return parseResource(message.message(name));
    case 'InstrumentationScope':
      return parseScope(message.message(name));
    case 'KeyValue[]':
      return parseAttributes(message, name);
    default:
      return type.endsWith('[]')
        ? message.messages(name).map((item) => parseMessage(item, messageOf(type)))
        : parseMessage(message.message(name), messageOf(type));
  }
};
