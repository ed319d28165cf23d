import type { Attribute, Resource } from '@lantern/telemetry-model';
import type { MessageFields, WireReader } from '../../wire/wire-reader.js';
import type { WireWriter } from '../../wire/wire-writer.js';
import { readAttribute, writeAttributes } from './attributes.js';

/** Without `entity_refs`: they only say which attributes identify the entity, and are still in development. */
const RESOURCE: MessageFields = { 1: 'attributes', 2: 'droppedAttributesCount' };

export interface ResourceDraft extends Resource {
  readonly attributes: Attribute[];
  droppedAttributesCount: number;
}

export const emptyResource = (): ResourceDraft => ({ attributes: [], droppedAttributesCount: 0 });

/** Into a draft, because protobuf merges a message that occurs twice. */
export const readResource = (reader: WireReader, into: ResourceDraft): void => {
  const outer = reader.enter(RESOURCE);
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        into.attributes.push(readAttribute(reader));
        break;
      case 2:
        into.droppedAttributesCount = reader.uint32();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
};

export const writeResource = (writer: WireWriter, field: number, resource: Resource): void => {
  const start = writer.begin(field);
  writeAttributes(writer, 1, resource.attributes);
  writer.uint32(2, resource.droppedAttributesCount);
  writer.end(start);
};
