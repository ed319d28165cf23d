import type { Attribute, InstrumentationScope } from '@lantern/telemetry-model';
import type { MessageFields, WireReader } from '../../wire/wire-reader.js';
import type { WireWriter } from '../../wire/wire-writer.js';
import { readAttribute, writeAttributes } from './attributes.js';

const SCOPE: MessageFields = { 1: 'name', 2: 'version', 3: 'attributes', 4: 'droppedAttributesCount' };

export interface ScopeDraft extends InstrumentationScope {
  name: string;
  version: string;
  readonly attributes: Attribute[];
  droppedAttributesCount: number;
}

export const emptyScope = (): ScopeDraft => ({
  name: '',
  version: '',
  attributes: [],
  droppedAttributesCount: 0,
});

/** Reads into a draft, because protobuf merges a message that occurs twice. */
export const readScope = (reader: WireReader, into: ScopeDraft): void => {
  const outer = reader.enter(SCOPE);
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        into.name = reader.text();
        break;
      case 2:
        into.version = reader.text();
        break;
      case 3:
        into.attributes.push(readAttribute(reader, into.attributes));
        break;
      case 4:
        into.droppedAttributesCount = reader.uint32();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
};

export const writeScope = (writer: WireWriter, field: number, scope: InstrumentationScope): void => {
  const start = writer.begin(field);
  writer.text(1, scope.name);
  writer.text(2, scope.version);
  writeAttributes(writer, 3, scope.attributes);
  writer.uint32(4, scope.droppedAttributesCount);
  writer.end(start);
};
