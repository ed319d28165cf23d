import type { Buffer } from 'node:buffer';
import type { LegacyEnvelope } from '@lantern/query-api';
import type { TraceId } from '@lantern/telemetry-model';
import { toLegacyTrace } from '../legacy-trace.js';
import type { TraceQueries } from '../trace-query.js';
import { JsonWriter } from './json-writer.js';
import { writeLegacyTrace } from './legacy-trace-json.js';

/** Measured on spans of eleven attributes. */
const EXPECTED_BYTES_A_SPAN = 1_200;

/** An answer of the legacy API that lists traces, as its JSON. */
export class TracesJson {
  private readonly out = new JsonWriter();
  private isEmpty = true;

  constructor(private readonly queries: TraceQueries) {
    this.out.text('{"data":[');
  }

  /**
   * Adds a trace.
   *
   * @param raw as it is stored, not adjusted for readers
   * @returns false when there is no such trace
   */
  async add(traceId: TraceId, raw: boolean): Promise<boolean> {
    const { out } = this;
    const before = out.length;
    if (!this.isEmpty) out.comma();
    const isAdded = (!raw && (await this.addEncoded(traceId))) || (await this.addModel(traceId, raw));
    if (isAdded) this.isEmpty = false;
    else out.truncate(before);
    return isAdded;
  }

  /** Nothing may be added afterwards. */
  finish(rest: Omit<LegacyEnvelope<unknown>, 'data'>): Buffer {
    this.out.text(`],${JSON.stringify(rest).slice(1)}`);
    return this.out.finish();
  }

  private async addEncoded(traceId: TraceId): Promise<boolean> {
    const { out, queries } = this;
    const trace = await queries.store.getEncodedTrace(traceId);
    if (!trace) return false;
    const begin = out.length;
    out.reserve(EXPECTED_BYTES_A_SPAN * trace.groups.reduce((sum, { spans }) => sum + spans.length, 0));
    const isWritten = writeLegacyTrace(out, trace, queries.options.maxClockSkewNano);
    if (!isWritten) out.truncate(begin);
    return isWritten;
  }

  private async addModel(traceId: TraceId, raw: boolean): Promise<boolean> {
    const trace = await this.queries.byId(traceId, raw);
    if (trace) this.out.text(JSON.stringify(toLegacyTrace(trace)));
    return trace !== undefined;
  }
}
