import type { Buffer } from 'node:buffer';
import type { LegacyEnvelope } from '@lantern/query-api';
import { decodeTrace, type EncodedTrace } from '@lantern/telemetry-store';
import { adjustBy, type AdjustOptions } from '../adjust/adjust.js';
import { toLegacyTrace } from '../legacy-trace.js';
import { JsonWriter } from './json-writer.js';
import { writeLegacyTrace } from './legacy-trace-json.js';

/** Measured on spans of eleven attributes. */
const EXPECTED_BYTES_A_SPAN = 1_200;

/** An answer of the legacy API that lists traces, as its JSON. */
export class TracesJson {
  private readonly out = new JsonWriter();
  private isEmpty = true;

  constructor(private readonly options: AdjustOptions) {
    this.out.text('{"data":[');
  }

  /** @param raw as it is stored, not adjusted for readers */
  add(trace: EncodedTrace, raw: boolean): void {
    const { out, options } = this;
    if (!this.isEmpty) out.comma();
    this.isEmpty = false;
    const begin = out.length;
    out.reserve(EXPECTED_BYTES_A_SPAN * trace.groups.reduce((sum, { spans }) => sum + spans.length, 0));
    if (!raw && writeLegacyTrace(out, trace, options.maxClockSkewNano)) return;
    out.truncate(begin);
    const stored = decodeTrace(trace);
    out.text(JSON.stringify(toLegacyTrace(raw ? stored : adjustBy(options)(stored))));
  }

  /** Nothing may be added afterwards. */
  finish(rest: Omit<LegacyEnvelope<unknown>, 'data'>): Buffer {
    this.out.text(`],${JSON.stringify(rest).slice(1)}`);
    return this.out.finish();
  }
}
