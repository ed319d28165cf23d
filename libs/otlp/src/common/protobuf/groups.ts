import type { InstrumentationScope, Resource } from '@lantern/telemetry-model';
import type { MessageFields, WireReader } from '../../wire/wire-reader.js';
import { emptyScope, readScope } from './instrumentation-scope.js';
import { emptyResource, readResource } from './resource.js';

/** How a signal names the groups that all signals share, and what it makes of them. */
export interface GroupFormat<Item, ScopeGroup, ResourceGroup> {
  /** Of the request, of a group of one resource, and of a group of one scope; for errors to print. */
  readonly fields: readonly [request: MessageFields, ofResource: MessageFields, ofScope: MessageFields];
  /** Reads a span or a record; undefined for one that is left out. */
  readonly read: (reader: WireReader) => Item | undefined;
  readonly ofScope: (scope: InstrumentationScope, schemaUrl: string, items: Item[]) => ScopeGroup;
  readonly ofResource: (resource: Resource, schemaUrl: string, scopes: ScopeGroup[]) => ResourceGroup;
}

/**
 * Reads a whole request of any signal: groups by resource, in them groups by scope, in them items. The fields have
 * the same numbers in every signal.
 *
 * @param reader stands at the beginning
 */
export const readGroups = <Item, ScopeGroup, ResourceGroup>(
  reader: WireReader,
  format: GroupFormat<Item, ScopeGroup, ResourceGroup>,
): ResourceGroup[] => {
  const groups: ResourceGroup[] = [];
  while (reader.next()) {
    if (reader.field === 1) groups.push(readResourceGroup(reader, format));
    else reader.skip();
  }
  return groups;
};

const readResourceGroup = <Item, ScopeGroup, ResourceGroup>(
  reader: WireReader,
  format: GroupFormat<Item, ScopeGroup, ResourceGroup>,
): ResourceGroup => {
  const outer = reader.enter(format.fields[1]);
  const resource = emptyResource();
  const scopes: ScopeGroup[] = [];
  let schemaUrl = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readResource(reader, resource);
        break;
      case 2:
        scopes.push(readScopeGroup(reader, format));
        break;
      case 3:
        schemaUrl = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return format.ofResource(resource, schemaUrl, scopes);
};

const readScopeGroup = <Item, ScopeGroup, ResourceGroup>(
  reader: WireReader,
  format: GroupFormat<Item, ScopeGroup, ResourceGroup>,
): ScopeGroup => {
  const outer = reader.enter(format.fields[2]);
  const scope = emptyScope();
  const items: Item[] = [];
  let schemaUrl = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readScope(reader, scope);
        break;
      case 2: {
        const item = format.read(reader);
        if (item !== undefined) items.push(item);
        break;
      }
      case 3:
        schemaUrl = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return format.ofScope(scope, schemaUrl, items);
};
