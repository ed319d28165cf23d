import type { Attribute } from '@lantern/telemetry-model';
import { readAttribute } from '../common/protobuf/attributes.js';
import { emptyScope, readScope, type ScopeDraft } from '../common/protobuf/instrumentation-scope.js';
import { emptyResource, readResource, type ResourceDraft } from '../common/protobuf/resource.js';
import { WireReader, type MessageFields } from '../wire/wire-reader.js';
import { METRIC_MESSAGES, messageOf, type FieldType, type MetricMessage } from './metric-fields.js';
import type { MetricsRequest } from './metrics-request.js';

/** Field names for error messages. */
const FIELD_NAMES = Object.fromEntries(
  Object.entries(METRIC_MESSAGES).map(([message, fields]) => [
    message,
    Object.fromEntries(Object.entries(fields).map(([number, [name]]) => [number, name])),
  ]),
) as Readonly<Record<MetricMessage, MessageFields>>;

type Draft = Record<string, unknown>;

/**
 * Decodes an `ExportMetricsServiceRequest` (or `MetricsData`, which has the same fields) in protobuf. The result does
 * not refer to `bytes`.
 *
 * @param maxMessages maximum number of messages at any depth
 * @throws MalformedOtlpError
 */
export const decodeMetricsRequest = (bytes: Uint8Array, maxMessages = Infinity): MetricsRequest => {
  const root = 'ExportMetricsServiceRequest';
  // The table of fields has the same shape as the types of the messages.
  return readFields(new WireReader(bytes, FIELD_NAMES[root], maxMessages), root, {});
};

const readFields = (reader: WireReader, message: MetricMessage, into: Draft): Draft => {
  const fields = METRIC_MESSAGES[message];
  while (reader.next()) {
    const field = fields[reader.field];
    if (field) readField(reader, field[1], field[0], into);
    else reader.skip();
  }
  return into;
};

const readField = (reader: WireReader, type: FieldType, name: string, into: Draft): void => {
  switch (type) {
    case 'text':
      into[name] = reader.text();
      return;
    case 'id':
      into[name] = reader.hex();
      return;
    case 'bool':
      into[name] = reader.bool();
      return;
    case 'temporality':
      into[name] = reader.int32();
      return;
    case 'sint32':
      into[name] = reader.sint32();
      return;
    case 'uint32':
      into[name] = reader.uint32();
      return;
    case 'fixed64':
      into[name] = reader.fixed64();
      return;
    case 'sfixed64':
      into[name] = BigInt.asIntN(64, reader.fixed64());
      return;
    case 'double':
      into[name] = reader.double();
      return;
    case 'fixed64[]':
    case 'double[]':
    case 'uint64[]':
      reader.numbers(type, listOf<number>(into, name));
      return;
    case 'Resource':
      readResource(reader, (into[name] ??= emptyResource()) as ResourceDraft);
      return;
    case 'InstrumentationScope':
      readScope(reader, (into[name] ??= emptyScope()) as ScopeDraft);
      return;
    case 'KeyValue[]': {
      const attributes = listOf<Attribute>(into, name);
      attributes.push(readAttribute(reader, attributes));
      return;
    }
    default: {
      const message = messageOf(type);
      const outer = reader.enter(FIELD_NAMES[message]);
      // A message that occurs twice is merged: https://protobuf.dev/programming-guides/encoding/#last-one-wins
      if (type.endsWith('[]')) listOf(into, name).push(readFields(reader, message, {}));
      else into[name] = readFields(reader, message, (into[name] ?? {}) as Draft);
      reader.leave(outer);
    }
  }
};

const listOf = <Item>(into: Draft, name: string): Item[] => (into[name] ??= []) as Item[];
