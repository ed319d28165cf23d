import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SystemUrls, TemporarySystem, waitFor } from '@lantern/launcher';
import { PostgresServer, findPostgresBinaries } from '@lantern/service-platform/database/testing';
import { stringify } from 'yaml';
import { describeWithProgram } from './describe-with-program.js';
import { freePort } from './free-port.js';
import { readYaml, root } from './workspace.js';

/** Runs the suites of apps/shop-e2e on a running system; returns their output. Throws with the output if they fail. */
const runTraceTests = async (urls: SystemUrls): Promise<string> => {
  const tests = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      '../../node_modules/jest/bin/jest.js',
    ],
    {
      cwd: join(root, 'apps/shop-e2e'),
      env: { ...process.env, GATEWAY_URL: urls.gateway, JAEGER_URL: urls.jaeger, LOKI_URL: urls.loki },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output: string[] = [];
  tests.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  tests.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const [code] = (await once(tests, 'close')) as [number | null];
  if (code !== 0) throw new Error(`The trace tests failed:\n${output.join('')}`);
  return output.join('');
};

const folders: string[] = [];
let system: TemporarySystem | undefined;

beforeEach(() => {
  folders.push(mkdtempSync(join(tmpdir(), 'lantern-trace-tests-')));
});

afterEach(async () => {
  await system?.stop();
  system = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const binaries = findPostgresBinaries();

describe('the trace tests with the services on PostgreSQL', () => {
  if (!binaries) {
    it('NOT RUN: PostgreSQL is not installed here (Debian: apt-get install postgresql)', () => {
      expect(process.env.REQUIRE_PROGRAMS ?? '').toBe('');
    });
    return;
  }

  it('pass', async () => {
    const postgres = await PostgresServer.start(binaries);
    try {
      system = await TemporarySystem.start({ DATABASE_URL: await postgres.createDatabase() });
      expect(await runTraceTests(system.urls)).toMatch(/Tests: +\d+ passed, \d+ total/);
      await system.stop();
      system = undefined;
    } finally {
      await postgres.stop();
    }
  });
});

interface Settings {
  receivers: { otlp: { protocols: unknown } };
  connectors: Record<string, unknown>;
  exporters: { 'otlp_http/jaeger': { endpoint: string }; prometheus: { endpoint: string } };
  extensions: {
    health_check: { endpoint: string };
    'file_storage/queue': { directory: string; compaction: { directory: string } };
  };
  service: {
    pipelines: Record<string, { receivers: string[]; exporters: string[] }>;
    telemetry: { metrics: unknown };
  };
}

/**
 * Configuration of docker/ on loopback, with Lantern in place of Jaeger, and without service_graph, which Go's module proxy
 * does not have: it computes metrics and changes no span.
 */
const collectorOnLoopback = async (
  port: number,
  healthPort: number,
  jaeger: string,
  folder: string,
): Promise<Settings> => {
  const settings = readYaml<Settings>('docker/collector/config.yaml');
  settings.receivers.otlp.protocols = { http: { endpoint: `127.0.0.1:${port}` } };
  settings.exporters['otlp_http/jaeger'].endpoint = jaeger;
  settings.exporters.prometheus.endpoint = `127.0.0.1:${await freePort()}`;
  settings.extensions.health_check.endpoint = `127.0.0.1:${healthPort}`;
  settings.extensions['file_storage/queue'].directory = folder;
  settings.extensions['file_storage/queue'].compaction.directory = folder;
  settings.service.telemetry.metrics = { level: 'none' };
  delete settings.connectors.service_graph;
  for (const pipeline of Object.values(settings.service.pipelines)) {
    pipeline.receivers = pipeline.receivers.filter((name) => name !== 'service_graph');
    pipeline.exporters = pipeline.exporters.filter((name) => name !== 'service_graph');
  }
  return settings;
};

describeWithProgram('otelcol', 'the trace tests with the Collector between services and store', (otelcol) => {
  it('pass: the Collector redacts, computes metrics, samples and exports the spans of the tests', async () => {
    const folder = folders[0] ?? tmpdir();
    const [port, healthPort] = [await freePort(), await freePort()];
    // Overrides the endpoint for all signals, which the launcher sets to Lantern's.
    system = await TemporarySystem.start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
    });
    const file = join(folder, 'config.yaml');
    writeFileSync(file, stringify(await collectorOnLoopback(port, healthPort, system.urls.otlp, folder)));
    const collector: ChildProcess = spawn(otelcol, ['--config', file], {
      stdio: 'ignore',
      // Longer than an order for slow_product, shorter than the timeout of the tests.
      env: { ...process.env, TRACE_SAMPLE_PERCENT: '100', TRACE_DECISION_WAIT: '4s', GOMEMLIMIT: '400MiB' },
    });
    const ended = once(collector, 'exit');
    try {
      await waitFor('the Collector', async () => {
        const response = await fetch(`http://127.0.0.1:${healthPort}`).catch(() => undefined);
        return response?.ok ? true : undefined;
      });
      expect(await runTraceTests(system.urls)).toMatch(/Tests: +\d+ passed, \d+ total/);
      await system.stop();
      system = undefined;
    } finally {
      collector.kill('SIGTERM');
      await ended;
    }
  });
});
