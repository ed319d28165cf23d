import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { resourceSpans, span, traceId } from '@lantern/telemetry-model/testing';
import { RunningLantern } from './testing/running-lantern.js';

let dataDir = '';
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lantern-data-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

const started: RunningLantern[] = [];
/** Starts a Lantern that ends with its test, also where an assertion fails. */
const startIn = async (folder: string): Promise<RunningLantern> => {
  const lantern = new RunningLantern({}, { dataDir: folder });
  started.push(lantern);
  await lantern.start();
  return lantern;
};
afterEach(async () => {
  for (const lantern of started.splice(0)) await lantern.stop();
});

/** The answer without its statistics, whose times differ from answer to answer. */
const resultOf = ({ text }: { readonly text: string }): unknown =>
  (JSON.parse(text) as { data: { result: unknown } }).data.result;

describe('a Lantern with a data folder', () => {
  it('has after a restart what it had before, spans and log lines', async () => {
    const before = await startIn(dataDir);
    await before.send(resourceSpans('web', span({ traceId: traceId(0xa), name: 'kept' })));
    await before.push({
      streams: [{ stream: { service: 'web' }, values: [['1767225600000000000', 'a line']] }],
    });
    const [trace, lines] = await Promise.all([
      before.jaeger('/api/traces/a'),
      before.queryLogs('{service="web"}'),
    ]);
    await before.stop();

    const after = await startIn(dataDir);
    expect((await after.jaeger('/api/traces/a')).text).toBe(trace.text);
    expect(trace.text).toContain('"operationName":"kept"');
    expect(resultOf(await after.queryLogs('{service="web"}'))).toEqual(resultOf(lines));
    expect(lines.text).toContain('"a line"');
  });

  it('answers 503 with the reason, also when asked whether it is ready, once the folder was deleted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lantern-data-'));
    const lantern = await startIn(folder);
    const ready = async () => {
      const answer = await fetch(`${lantern.urls.loki}/ready`);
      return { status: answer.status, text: await answer.text() };
    };
    expect((await ready()).status).toBe(200);
    await rm(folder, { recursive: true });
    const { status, text } = await ready();
    expect(status).toBe(503);
    expect(text).toContain('The data folder was deleted');
  });

  it('shares it with no other', async () => {
    await startIn(dataDir);
    await expect(startIn(dataDir)).rejects.toThrow(dataDir);
  });
});
