import type { Attribute, Resource } from '@lantern/telemetry-model';
import { WireReader, type MessageFields } from '../../wire/wire-reader.js';
import type { WireWriter } from '../../wire/wire-writer.js';
import { readAttribute, writeAttributes } from './attributes.js';

/** Fields without `entity_refs`, which name the attributes that identify the entity and are still in development. */
const RESOURCE: MessageFields = { 1: 'attributes', 2: 'droppedAttributesCount' };

export interface ResourceDraft extends Resource {
  readonly attributes: Attribute[];
  droppedAttributesCount: number;
}

export const emptyResource = (): ResourceDraft => ({ attributes: [], droppedAttributesCount: 0 });

/**
 * Decodes a `Resource` message.
 *
 * @throws MalformedOtlpError
 */
export const decodeResource = (message: Uint8Array): Resource => {
  const resource = emptyResource();
  readFields(new WireReader(message, RESOURCE), resource);
  return resource;
};

/** Reads into a draft, because protobuf merges a message that occurs twice. */
export const readResource = (reader: WireReader, into: ResourceDraft): void => {
  const outer = reader.enter(RESOURCE);
  readFields(reader, into);
  reader.leave(outer);
};

const readFields = (reader: WireReader, into: ResourceDraft): void => {
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        into.attributes.push(readAttribute(reader, into.attributes));
        break;
      case 2:
        into.droppedAttributesCount = reader.uint32();
        break;
      default:
        reader.skip();
    }
  }
};

export const writeResource = (writer: WireWriter, field: number, resource: Resource): void => {
  const start = writer.begin(field);
  writeAttributes(writer, 1, resource.attributes);
  writer.uint32(2, resource.droppedAttributesCount);
  writer.end(start);
};
