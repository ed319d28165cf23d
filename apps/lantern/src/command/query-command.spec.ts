import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ResourceSpans } from '@lantern/telemetry-model';
import { orderTrace, traceId } from '@lantern/telemetry-model/testing';
import { readReport } from '@lantern/trace-report';
import { nowUnixNano } from '../clock.js';
import { useLantern } from '../testing/running-lantern.js';
import { colored, isQueryCommand, runQueryCommand } from './query-command.js';

const lantern = useLantern();
const FAILED = traceId(7);

const run = (...args: string[]) => runQueryCommand(args, { LANTERN_URL: lantern.urls.jaeger });

beforeAll(async () => {
  const startUnixNano = nowUnixNano() - 60_000_000_000n;
  await lantern.send(...orderTrace({ traceId: FAILED, failed: true, startUnixNano }).resourceSpans);
  await lantern.push({
    streams: [
      {
        stream: { service: 'order-service', level: 'error' },
        values: [[String(startUnixNano), 'payment failed', { trace_id: FAILED }]],
      },
    ],
  });
});

describe('commands that ask a running Lantern', () => {
  it.each([
    [['traces', 'status = error'], `9 spans, 5 errors, api-gateway POST /orders, ${FAILED}`],
    [['traces', '--service', 'user-service', '--order', 'longest'], FAILED],
    [['traces', 'duration > 1h'], 'No trace of the last 1h matches duration > 1h.'],
    [['trace', FAILED], 'Failed first: order-service calculate_total'],
    [['why-slow', FAILED], '- order-service calculate_total: 28 ms (28 %)'],
    [['why-failed', FAILED], '- order-service error: payment failed'],
    [['compare', FAILED, FAILED], 'No differences: the same calls with similar durations.'],
    [['logs', '{service="order-service"}'], 'payment failed'],
    [['metrics', '1 + 1'], '1 + 1 = 2'],
    [['services'], '- api-gateway → order-service: 1 calls, 1 errors'],
  ])('lantern %j prints the answer', async (args, expected) => {
    expect(await run(...args)).toContain(expected);
  });

  it('lantern report writes the trace with its spans, log lines and detections to one HTML file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lantern-report-'));
    try {
      const file = join(folder, 'order.html');
      expect(await run('report', FAILED, '--output', file)).toContain(`${file} (0.0 MB)`);
      const report = readReport(await readFile(file, 'utf8'));
      expect(report?.traces[0]).toMatchObject({
        traceId: FAILED,
        rows: { errorCount: 5 },
        lines: [
          {
            service: 'order-service',
            level: 'error',
            message: 'payment failed',
            metadata: { trace_id: FAILED },
          },
        ],
        detections: [{ title: 'Error origin' }],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('lantern report compares two traces', async () => {
    const report = readReport((await run('report', `${FAILED}...${FAILED}`, '--output', '-')) ?? '');
    expect(report?.comparison?.map(({ change }) => change)).toEqual(Array.from({ length: 9 }, () => 'same'));
  });

  it('print the answer of the API with --json', async () => {
    const traces = JSON.parse((await run('traces', '--json')) ?? '') as { summaries: { traceId: string }[] };
    expect(traces.summaries.map((each) => each.traceId)).toEqual([FAILED]);
    const why = JSON.parse((await run('why-failed', FAILED, '--json')) ?? '') as {
      detections: { kind: string }[];
    };
    expect(why.detections.map(({ kind }) => kind)).toEqual(['error-origin']);
  });

  it.each([
    [['trace'], 'Usage: lantern trace <id>'],
    [['trace', 'xyz'], '"xyz" is not a trace ID'],
    [['traces', 'status ='], 'The query is wrong at character 8'],
    [['traces', '--count', '0'], '--count is a number from 1 to 1500'],
    [['traces', '--order', 'oldest first'], '--order is one of recent'],
    [['traces', '--what'], "Unknown option '--what'"],
    [['report', 'xyz'], '"xyz" is not a trace ID'],
    [['report', FAILED, '--output', '/nowhere/at/all.html'], 'all.html cannot be written: ENOENT'],
    [['compare', 'main', 'run=a'], '"main" is no run. Use run=<name>'],
    [['compare', 'run=none', 'run=none'], 'No trace of run=none was found'],
    [['compare', 'run=a', 'run=b', '--fail-on', 'all'], '--fail-on takes new-errors'],
    [['run', '/nowhere.json'], 'The run /nowhere.json cannot be read'],
    [['logs', '{'], 'parse error'],
    [['metrics', 'sum('], 'parse error'],
  ])('lantern %j says what is wrong', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  it('name the address of a Lantern that does not answer', async () => {
    const env = { LANTERN_URL: 'http://127.0.0.1:9' };
    await expect(runQueryCommand(['services'], env)).rejects.toThrow(
      'Lantern does not answer at http://127.0.0.1:9',
    );
  });

  it('are told from options of the server', () => {
    expect([['traces'], ['mcp'], [], ['--help'], ['toString']].map(isQueryCommand)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('are colored on a terminal without a change of their text', () => {
    const text = 'Trace 1\nOrigin: a failed: b\nDetections:\n- one';
    const escape = String.fromCharCode(27);
    expect(colored(text)).toContain(`${escape}[31mOrigin`);
    expect(colored(text).replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), '')).toBe(text);
  });

  it('lantern compare compares two runs as Markdown, and reports the criteria that they meet', async () => {
    const startUnixNano = nowUnixNano() - 120_000_000_000n;
    const withRun = (name: string, groups: readonly ResourceSpans[]) =>
      groups.map((group) => ({
        ...group,
        resource: {
          ...group.resource,
          attributes: [...group.resource.attributes, { key: 'lantern.run', value: name }],
        },
      }));
    for (const [n, name] of [
      [20, 'main'],
      [21, 'main'],
      [22, 'pr'],
    ] as const) {
      const trace = orderTrace({ traceId: traceId(n), failed: name === 'pr', startUnixNano });
      await lantern.send(...withRun(name, trace.resourceSpans));
    }
    const met: string[] = [];
    const compare = (...args: string[]) =>
      runQueryCommand(['compare', ...args], { LANTERN_URL: lantern.urls.jaeger }, (criteria) =>
        met.push(...criteria),
      );
    expect(await compare('run=main', 'run=pr', '--fail-on', 'new-errors,lost-edges')).toContain(
      '- `order-service` `calculate_total`: Payment gateway timeout: Unable to reach provider (1 span)',
    );
    expect(met).toEqual(['new-errors']);

    const folder = await mkdtemp(join(tmpdir(), 'lantern-run-'));
    try {
      const file = join(folder, 'main.json');
      expect(await run('run', 'run=main', '--output', file)).toContain('2 traces with 20 spans');
      expect(await compare(file, 'run=main', '--fail-on', 'new-errors,span-count')).toContain(
        'No differences',
      );
      const json = JSON.parse((await compare(file, 'run=pr', '--json')) ?? '') as { newErrors: unknown[] };
      expect(json.newErrors).toHaveLength(1);
    } finally {
      await rm(folder, { recursive: true });
    }
    expect(met).toEqual(['new-errors']);
  });
});
