import type { LogStream } from '@lantern/telemetry-model';
import type { LogStore } from '@lantern/telemetry-store';
import { withDetectedLevel } from './enrich/detected-level.js';
import { withServiceName } from './enrich/service-name.js';

/** Takes log lines in, however they arrived: the transports only translate. */
export class LogIngest {
  constructor(private readonly store: LogStore) {}

  /** Once it fulfils, the lines can be queried. */
  async accept(streams: readonly LogStream[]): Promise<void> {
    await this.store.append(streams.map((stream) => withServiceName(withDetectedLevel(stream))));
  }
}
