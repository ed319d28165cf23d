import type { InstrumentationScope, Resource, Steps } from '@lantern/telemetry-model';
import type { MessageFields, WireReader } from '../../wire/wire-reader.js';
import { emptyScope, readScope } from './instrumentation-scope.js';
import { emptyResource, readResource } from './resource.js';

/** Names and constructors of a signal's groups. All signals group their items by resource and by scope. */
export interface GroupFormat<Item, ScopeGroup, ResourceGroup> {
  /** Field names of the request, of a resource group and of a scope group, for error messages. */
  readonly fields: readonly [request: MessageFields, ofResource: MessageFields, ofScope: MessageFields];
  /** Reads a span or a record. Undefined for a rejected one. */
  readonly read: (reader: WireReader) => Item | undefined;
  readonly ofScope: (scope: InstrumentationScope, schemaUrl: string, items: Item[]) => ScopeGroup;
  readonly ofResource: (resource: Resource, schemaUrl: string, scopes: ScopeGroup[]) => ResourceGroup;
}

/** Number of items that are read in one step. */
const ITEMS_PER_STEP = 128;

/**
 * Reads a request of any signal, in steps: groups by resource, which contain groups by scope, which contain items. The fields
 * have the same numbers in every signal.
 *
 * @param reader at the start of the request
 */
export function* readGroups<Item, ScopeGroup, ResourceGroup>(
  reader: WireReader,
  format: GroupFormat<Item, ScopeGroup, ResourceGroup>,
): Steps<ResourceGroup[]> {
  const groups: ResourceGroup[] = [];
  while (reader.next()) {
    if (reader.field === 1) groups.push(yield* readResourceGroup(reader, format));
    else reader.skip();
    if (groups.length % ITEMS_PER_STEP === 0) yield;
  }
  return groups;
}

function* readResourceGroup<Item, ScopeGroup, ResourceGroup>(
  reader: WireReader,
  format: GroupFormat<Item, ScopeGroup, ResourceGroup>,
): Steps<ResourceGroup> {
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
        scopes.push(yield* readScopeGroup(reader, format));
        if (scopes.length % ITEMS_PER_STEP === 0) yield;
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
}

function* readScopeGroup<Item, ScopeGroup, ResourceGroup>(
  reader: WireReader,
  format: GroupFormat<Item, ScopeGroup, ResourceGroup>,
): Steps<ScopeGroup> {
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
        if (items.length % ITEMS_PER_STEP === 0) yield;
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
}
