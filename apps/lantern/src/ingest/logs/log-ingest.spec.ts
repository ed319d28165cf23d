import { describe, expect, it } from '@jest/globals';
import type { LogStream } from '@lantern/telemetry-model';
import { openBlockStore } from '@lantern/telemetry-store';
import { Feed } from '../feed.js';
import { LogIngest } from './log-ingest.js';
import { DEFAULT_LOG_LIMITS, type LogLimits } from './log-limits.js';

const SECOND = 1_000_000_000n;
const NOW = 1_767_225_600n * SECOND;

/** Creates an ingest at a fixed time, with Loki's limits except those in `limits`. */
const ingestWith = (limits: Partial<LogLimits> = {}) => {
  const clock = { now: NOW };
  const { logs: store } = openBlockStore({ maxLogBytes: 16 * 1024 * 1024 });
  const ingest = new LogIngest({
    store,
    feed: new Feed(),
    limits: { ...DEFAULT_LOG_LIMITS, ...limits },
    now: () => clock.now,
  });
  return { ingest, store, clock };
};

const stream = (labels: Record<string, string>, ...seconds: number[]): LogStream => ({
  labels,
  entries: seconds.map((second) => ({
    timeUnixNano: NOW + BigInt(second) * SECOND,
    line: `at ${second}`,
    structuredMetadata: {},
  })),
});

const reasonsOf = async (streams: readonly LogStream[], limits: Partial<LogLimits> = {}) =>
  (await ingestWith(limits).ingest.accept(streams)).reasons;

const A = '{app="a", service_name="a"}';

describe('limits', () => {
  it('accept entries within them', async () => {
    const { ingest, store } = ingestWith();
    expect(await ingest.accept([stream({ app: 'a' }, -604_800, 0, 600)])).toMatchObject({
      acceptedEntries: 3,
      rejectedEntries: 0,
    });
    expect(await store.stats()).toMatchObject({ entries: 3 });
  });

  it('reject entries that are too old or too new, with the limit', async () => {
    expect(await reasonsOf([stream({ app: 'a' }, -604_801, 601)])).toEqual([
      `entry for stream '${A}' has timestamp too old: 2025-12-24T23:59:59Z, oldest acceptable timestamp is: 2025-12-25T00:00:00Z`,
      `entry for stream '${A}' has timestamp too new: 2026-01-01T00:10:01Z`,
    ]);
  });

  it('reject entries that are too far behind the newest of their stream, and keep the rest', async () => {
    const { ingest } = ingestWith();
    await ingest.accept([stream({ app: 'a' }, 0)]);
    expect(await ingest.accept([stream({ app: 'a' }, -3_601, -3_600), stream({ app: 'b' }, -9_999)])).toEqual(
      {
        acceptedEntries: 2,
        rejectedEntries: 1,
        reasons: [
          "entry with timestamp 2025-12-31T22:59:59Z ignored, reason: 'entry too far behind, entry timestamp is: " +
            "2025-12-31T22:59:59Z, oldest acceptable timestamp is: 2025-12-31T23:00:00Z',\n" +
            `user 'fake', total ignored: 1 out of 2 for stream: ${A}`,
        ],
        isOverLimit: false,
      },
    );
  });

  it('reject labels that are too many or too long', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 16 }, (_, n) => [`l${String(n).padStart(2, '0')}`, 'x']),
    );
    expect((await reasonsOf([stream(many, 0)]))[0]).toMatch(
      /^entry for stream '\{l00="x", .*\}' has 16 label names; limit 15$/,
    );
    const { l15: _, ...fifteen } = many;
    expect(await reasonsOf([stream(fifteen, 0)])).toEqual([]);
    const longName = 'n'.repeat(1_025);
    expect((await reasonsOf([stream({ [longName]: 'x' }, 0)]))[0]).toContain(
      `has label name too long: '${longName}'`,
    );
    const longValue = 'v'.repeat(2_049);
    expect((await reasonsOf([stream({ app: longValue }, 0)]))[0]).toContain(
      `has label value too long: '${longValue}'`,
    );
  });

  it('reject structured metadata that is too large', async () => {
    const withMetadata = (structuredMetadata: Record<string, string>): LogStream => ({
      labels: { app: 'a' },
      entries: [{ timeUnixNano: NOW, line: 'x', structuredMetadata }],
    });
    expect(await reasonsOf([withMetadata({ k: 'v'.repeat(65_536) })])).toEqual([
      `stream '${A}' has structured metadata too large: '65537' bytes, limit: '65536' bytes. Please see ` +
        '`limits_config.max_structured_metadata_size` or contact your Loki administrator to increase it',
    ]);
    const many = Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`k${n}`, 'v']));
    expect(await reasonsOf([withMetadata(many)])).toEqual([
      `stream '${A}' has too many structured metadata labels: '129', limit: '128'. Please see ` +
        '`limits_config.max_structured_metadata_entries_count` or contact your Loki administrator to increase it',
    ]);
  });

  it('reject streams beyond the maximum, and evict idle ones', async () => {
    const { ingest, clock } = ingestWith({ maxActiveStreams: 1 });
    expect((await ingest.accept([stream({ app: 'a' }, 0)])).rejectedEntries).toBe(0);
    expect(await ingest.accept([stream({ app: 'b' }, 0), stream({ app: 'a' }, 1)])).toMatchObject({
      acceptedEntries: 1,
      isOverLimit: true,
      reasons: [
        'maximum active stream limit exceeded when trying to create stream {app="b", service_name="b"}, reduce the number ' +
          'of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if the ' +
          "limit can be increased, user: 'fake'",
      ],
    });
    clock.now += 1_801n * SECOND;
    expect((await ingest.accept([stream({ app: 'b' }, 1_801)])).rejectedEntries).toBe(0);
  });

  it('accept a service although another service has reached the limit with its streams', async () => {
    const { ingest } = ingestWith({ maxActiveStreams: 100 });
    const flood = Array.from({ length: 150 }, (_, id) => stream({ service: 'flood', id: String(id) }, 0));
    expect(await ingest.accept(flood)).toMatchObject({ acceptedEntries: 100, rejectedEntries: 50 });
    const others = Array.from({ length: 40 }, (_, id) => stream({ service: 'api', id: String(id) }, 0));
    expect(await ingest.accept(others)).toMatchObject({ acceptedEntries: 40, rejectedEntries: 0 });
    expect(await ingest.accept(flood)).toMatchObject({ acceptedEntries: 60, rejectedEntries: 90 });
    expect(await ingest.accept(others)).toMatchObject({ acceptedEntries: 40, rejectedEntries: 0 });
  });

  it('accept a new service a minute after the last entries of as many services as the limit', async () => {
    const { ingest, clock } = ingestWith({ maxActiveStreams: 100 });
    const each = Array.from({ length: 100 }, (_, id) => stream({ service: `service-${id}` }, 0));
    expect(await ingest.accept(each)).toMatchObject({ acceptedEntries: 100 });
    expect(await ingest.accept([stream({ service: 'new' }, 0)])).toMatchObject({ isOverLimit: true });
    clock.now += 61n * SECOND;
    expect(await ingest.accept([stream({ service: 'new' }, 61)])).toMatchObject({ acceptedEntries: 1 });
  });

  it('describe a few of a million rejected entries, in texts of limited length', async () => {
    const labels = Object.fromEntries(
      Array.from({ length: 14 }, (_, n) => [`label_${n}`, 'v'.repeat(2_000)]),
    );
    const entry = { timeUnixNano: 1n, line: 'old', structuredMetadata: {} };
    const { ingest } = ingestWith();
    const { rejectedEntries, reasons } = await ingest.accept([
      { labels, entries: new Array<typeof entry>(1_000_000).fill(entry) },
    ]);
    expect(rejectedEntries).toBe(1_000_000);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toHaveLength(16_385);
  });

  it('reject a whole request beyond the rate limit', async () => {
    const { ingest, store, clock } = ingestWith({ maxBytesPerSecond: 10 });
    const line = (text: string): LogStream => ({
      labels: { app: 'a' },
      entries: [{ timeUnixNano: NOW, line: text, structuredMetadata: {} }],
    });
    expect((await ingest.accept([line('x'.repeat(15))])).rejectedEntries).toBe(0);
    expect(await ingest.accept([line('y'.repeat(10))])).toMatchObject({
      isOverLimit: true,
      reasons: [
        "ingestion rate limit exceeded for user fake (limit: 10 bytes/sec) while attempting to ingest '1' lines totaling " +
          "'10' bytes, reduce log volume or contact your Loki administrator to see if the limit can be increased",
      ],
    });
    expect(await store.stats()).toMatchObject({ entries: 1 });
    clock.now += SECOND;
    expect((await ingest.accept([line('y'.repeat(10))])).rejectedEntries).toBe(0);
  });
});
