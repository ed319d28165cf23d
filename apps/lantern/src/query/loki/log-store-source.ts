import type { LogSource, SourceQuery, SourceRow } from '@lantern/query-api/logql';
import type { LogStore } from '@lantern/telemetry-store';

/** A store as what queries read from. */
export class LogStoreSource implements LogSource {
  constructor(private readonly store: LogStore) {}

  read(query: SourceQuery): AsyncIterable<readonly SourceRow[]> {
    return this.store.read(query);
  }
}
