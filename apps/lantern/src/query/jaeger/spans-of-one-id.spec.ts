import { describe, expect, it } from '@jest/globals';
import { SpanKind, StatusCode, type Span } from '@lantern/telemetry-model';
import { T0, millis, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

const T0_MICROS = T0 / 1_000n;
const AROUND_T0 = `start=${T0_MICROS - 1_000_000n}&end=${T0_MICROS + 1_000_000n}`;

interface LegacySpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly spanID: string }[];
  readonly warnings: readonly string[] | null;
}

const spansAt = async (path: string): Promise<readonly LegacySpan[]> => {
  const { data } = (await lantern.jaeger(path)).json() as { data: { spans: LegacySpan[] }[] };
  return data.flatMap(({ spans }) => spans);
};

const WARNING = 'duplicate span IDs; skipping clock skew adjustment';

describe('spans that share their ids', () => {
  it('are both shown when one was sent while it ran and one when it had ended, with a warning on the second', async () => {
    const state = (fields: Partial<Span>) =>
      resourceSpans('worker', span({ traceId: traceId(0xd), kind: SpanKind.internal, ...fields }));
    const running = state({ name: 'job' });
    const ended = state({ name: 'job, ended', status: { code: StatusCode.error, message: 'failed' } });
    // Twice each, as an exporter sends what got no answer.
    for (const sent of [running, ended, ended, running]) await lantern.send(sent);
    const shown = (spans: readonly LegacySpan[]) =>
      spans.map(({ operationName, warnings }) => [operationName, warnings]);
    expect(shown(await spansAt('/api/traces/d'))).toEqual([
      ['job', null],
      ['job, ended', [WARNING]],
    ]);
    expect(shown(await spansAt('/api/traces/d?raw=true'))).toEqual([
      ['job', null],
      ['job, ended', null],
    ]);
    const failed = `/api/traces?service=worker&tag=error:true&${AROUND_T0}`;
    expect(shown(await spansAt(failed))).toEqual(shown(await spansAt('/api/traces/d')));
  });

  it('are all shown when ten of many share one id', async () => {
    const spans = Array.from({ length: 200 }, (_, n) =>
      span({
        traceId: traceId(0xe),
        spanId: spanId(n < 10 ? 1 : n),
        name: `n ${n}`,
        startUnixNano: T0 + millis(n),
      }),
    );
    await lantern.send(resourceSpans('many', ...spans));
    expect(await spansAt('/api/traces/e')).toHaveLength(200);
    expect(await spansAt('/api/traces/e?raw=true')).toHaveLength(200);
  });

  it('as the two halves of a call get ids of their own, but not with raw=true', async () => {
    const half = (service: string, fields: Partial<Span>) =>
      resourceSpans(service, span({ traceId: traceId(0xf), ...fields }));
    await lantern.send(half('web', { spanId: spanId(2), kind: SpanKind.client, name: 'client' }));
    await lantern.send(half('shop', { spanId: spanId(2), kind: SpanKind.server, name: 'server' }));
    await lantern.send(
      half('shop', { spanId: spanId(3), parentSpanId: spanId(2), kind: SpanKind.internal, name: 'child' }),
    );
    const links = (spans: readonly LegacySpan[]) =>
      Object.fromEntries(
        spans.map(({ operationName, spanID, references }) => [
          operationName,
          [spanID, references[0]?.spanID],
        ]),
      );
    expect(links(await spansAt('/api/traces/f'))).toEqual({
      client: ['0000000000000002', undefined],
      server: ['0000000000000001', '0000000000000002'],
      child: ['0000000000000003', '0000000000000001'],
    });
    expect(links(await spansAt('/api/traces/f?raw=true'))).toEqual({
      client: ['0000000000000002', undefined],
      server: ['0000000000000002', undefined],
      child: ['0000000000000003', '0000000000000002'],
    });
  });
});
