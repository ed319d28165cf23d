import { describe, expect, it } from '@jest/globals';
import type { LokiTailFrame } from '@lantern/query-api';
import { parseLogql, type LogExpr, type QueryControl } from '@lantern/logql';
import type { LogEntry } from '@lantern/telemetry-model';
import { TailSession } from './tail-session.js';

const FREE_RUN: QueryControl = { checkpoint: () => undefined };
const ANY_TIME = 1n << 62n;

const sessionOf = (query = '{app="x"}'): TailSession =>
  new TailSession({ expression: parseLogql(query) as LogExpr }, true);

const entry = (time: number, line: string, structuredMetadata = {}): LogEntry => ({
  timeUnixNano: BigInt(time),
  line,
  structuredMetadata,
});

const allFrames = (session: TailSession): LokiTailFrame[] => {
  const frames: LokiTailFrame[] = [];
  for (let frame = session.frame(ANY_TIME); frame; frame = session.frame(ANY_TIME)) frames.push(frame);
  return frames;
};

const linesOf = (frames: readonly LokiTailFrame[]): string[] =>
  frames.flatMap(({ streams }) => streams.flatMap(({ values }) => values.map(([, line]) => line)));

/** JSON writes six characters for each of these. */
const ESCAPED = '\u0001'.repeat(256 * 1024);

describe('a tail session', () => {
  it('divides the largest lines into frames that JSON can write, and sends all of them', async () => {
    const session = sessionOf();
    session.offer([
      { labels: { app: 'x' }, entries: Array.from({ length: 60 }, (_, n) => entry(n, ESCAPED)) },
    ]);
    await session.filter(FREE_RUN);
    const frames = allFrames(session);
    expect(linesOf(frames)).toHaveLength(60);
    for (const frame of frames) expect(JSON.stringify(frame).length).toBeLessThan(4 * 1024 * 1024);
  });

  it('counts labels and structured metadata in the size of a frame', async () => {
    const session = sessionOf();
    const entries = Array.from({ length: 100 }, (_, n) => entry(n, '', { key: 'v'.repeat(60_000) }));
    session.offer([{ labels: { app: 'x' }, entries }]);
    await session.filter(FREE_RUN);
    const frames = allFrames(session);
    expect(frames.length).toBeGreaterThan(10);
    expect(linesOf(frames)).toHaveLength(100);
  });

  it('drops the oldest lines beyond 16 MB for a client that does not read, names 100 of them and counts all', async () => {
    const session = sessionOf();
    for (let n = 0; n < 200; n++) {
      session.offer([{ labels: { app: 'x' }, entries: [entry(n, ESCAPED)] }]);
      if (n % 2 === 0) await session.filter(FREE_RUN);
    }
    await session.filter(FREE_RUN);
    const frames = allFrames(session);
    const kept = frames.flatMap(({ streams }) =>
      streams.flatMap(({ values }) => values.map(([time]) => time)),
    );
    const named = frames.flatMap(({ dropped_entries = [] }) => dropped_entries);
    expect(kept).toEqual(Array.from({ length: 63 }, (_, n) => String(137 + n)));
    expect(named[0]).toEqual({ labels: { app: 'x' }, timestamp: '0' });
    expect(named).toHaveLength(100);
    expect(frames.reduce((sum, { dropped_count = 0 }) => sum + dropped_count, 0)).toBe(137);
  });

  it('drops streams that are offered faster than the pipeline runs', async () => {
    const session = sessionOf();
    for (let n = 0; n < 200; n++) session.offer([{ labels: { app: 'x' }, entries: [entry(n, ESCAPED)] }]);
    await session.filter(FREE_RUN);
    const frames = allFrames(session);
    expect(linesOf(frames)).toHaveLength(63);
    expect(frames[0]?.dropped_entries?.[0]).toEqual({ labels: { app: 'x' }, timestamp: '0' });
  });

  it('sends stored lines first, oldest first, and a line that is both stored and new once', async () => {
    const session = sessionOf();
    session.offer([{ labels: { app: 'x' }, entries: [entry(3, 'c'), entry(4, 'd')] }]);
    await session.filter(FREE_RUN);
    session.addPast(
      [entry(3, 'c'), entry(2, 'b'), entry(1, 'a')].map(({ timeUnixNano, line }) => ({
        timeUnixNano,
        line,
        stream: { app: 'x' },
        structuredMetadata: {},
        parsed: {},
      })),
    );
    expect(linesOf(allFrames(session))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('yields between lines, because a pipeline may take long for each', async () => {
    let checks = 0;
    const control: QueryControl = {
      checkpoint: () => {
        checks++;
        return undefined;
      },
    };
    const session = sessionOf('{app="x"} | line_format `{{ repeat 10 "x" }}`');
    session.offer([{ labels: { app: 'x' }, entries: Array.from({ length: 50 }, (_, n) => entry(n, 'x')) }]);
    expect(checks).toBe(0);
    await session.filter(control);
    expect(checks).toBe(50);
  });
});
