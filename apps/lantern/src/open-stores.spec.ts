import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resourceSpans, span, traceId } from '@lantern/telemetry-model/testing';
import { RunningLantern } from './testing/running-lantern.js';

let dataDir = '';
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lantern-data-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

describe('a Lantern with a data folder', () => {
  it('has after a restart what it had before, spans and log lines', async () => {
    const before = new RunningLantern({}, { dataDir });
    await before.start();
    await before.send(resourceSpans('web', span({ traceId: traceId(0xa), name: 'kept' })));
    await before.push({
      streams: [{ stream: { service: 'web' }, values: [['1767225600000000000', 'a line']] }],
    });
    const [trace, lines] = await Promise.all([
      before.jaeger('/api/traces/a'),
      before.queryLogs('{service="web"}'),
    ]);
    await before.stop();

    const after = new RunningLantern({}, { dataDir });
    await after.start();
    expect((await after.jaeger('/api/traces/a')).text).toBe(trace.text);
    expect(trace.text).toContain('"operationName":"kept"');
    expect((await after.queryLogs('{service="web"}')).text).toBe(lines.text);
    expect(lines.text).toContain('"a line"');
    await after.stop();
  });

  it('answers 503 with the reason, also when asked whether it is ready, once the folder was deleted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lantern-data-'));
    const lantern = new RunningLantern({}, { dataDir: folder });
    await lantern.start();
    const ready = async () => {
      const answer = await fetch(`${lantern.urls.loki}/ready`);
      return { status: answer.status, text: await answer.text() };
    };
    expect((await ready()).status).toBe(200);
    await rm(folder, { recursive: true });
    const { status, text } = await ready();
    expect(status).toBe(503);
    expect(text).toContain('The data folder was deleted');
    await lantern.stop();
  });

  it('shares it with no other', async () => {
    const first = new RunningLantern({}, { dataDir });
    await first.start();
    await expect(new RunningLantern({}, { dataDir }).start()).rejects.toThrow(dataDir);
    await first.stop();
  });
});
