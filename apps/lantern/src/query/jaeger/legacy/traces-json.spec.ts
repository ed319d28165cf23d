import { describe, expect, it } from '@jest/globals';
import { SpanKind, type Trace } from '@lantern/telemetry-model';
import { attributes, resourceSpans, span, spanId, trace } from '@lantern/telemetry-model/testing';
import { encodeTrace } from '@lantern/telemetry-store';
import { adjustBy } from '../adjust/adjust.js';
import { toLegacyTrace } from '../legacy-trace.js';
import { TracesJson } from './traces-json.js';

const OPTIONS = { maxClockSkewNano: 0n };
const REST = { total: 0, limit: 0, offset: 0, errors: null };

const unsorted = attributes({ b: 'ß', a: 2n });
const plain = trace(resourceSpans('web', span({ attributes: unsorted })));
/** Its spans have to be adjusted as models. */
const shared = trace(
  resourceSpans(
    'web',
    span({ kind: SpanKind.client }),
    span({ kind: SpanKind.server }),
    span({ spanId: spanId(2), attributes: unsorted }),
  ),
);

describe('TracesJson', () => {
  it.each([false, true])('lists traces however each of them is written, raw: %p', (raw) => {
    const traces = new TracesJson(OPTIONS);
    for (const one of [plain, shared, plain]) traces.add(encodeTrace(one), raw);
    const legacy = (one: Trace) => toLegacyTrace(raw ? one : adjustBy(OPTIONS)(one));
    expect(traces.finish(REST).toString()).toBe(
      JSON.stringify({ data: [legacy(plain), legacy(shared), legacy(plain)], ...REST }),
    );
  });

  it('is a list of nothing when nothing is found', () => {
    expect(new TracesJson(OPTIONS).finish(REST).toString()).toBe(
      '{"data":[],"total":0,"limit":0,"offset":0,"errors":null}',
    );
  });
});
