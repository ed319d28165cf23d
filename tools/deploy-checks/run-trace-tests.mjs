// The trace tests of apps/shop-e2e, with something real in place of a default:
//
//   npm run trace-tests -w @lantern/deploy-checks -- postgres              the services on a PostgreSQL of their own
//   npm run trace-tests -w @lantern/deploy-checks -- collector             spans by way of docker/collector/config.yaml
//   npm run trace-tests -w @lantern/deploy-checks -- postgres collector    both
//
// Needs the projects built (`npx nx run-many -t build`), PostgreSQL's programs (Debian: postgresql) and, for the Collector,
// `npm run programs`. Everything is temporary, on free ports, and gone afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TemporarySystem, waitFor } from '@lantern/launcher';
import { PostgresServer, findPostgresBinaries } from '@lantern/service-platform/database/testing';
import { parse, stringify } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const wanted = new Set(process.argv.slice(2));
const unknown = [...wanted].filter((word) => word !== 'postgres' && word !== 'collector');
if (wanted.size === 0 || unknown.length > 0) {
  console.error(`Say postgres, collector or both${unknown.length > 0 ? `, not ${unknown.join(' ')}` : ''}.`);
  process.exit(2);
}

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

const startPostgres = async () => {
  const binaries = findPostgresBinaries();
  if (!binaries) throw new Error('PostgreSQL is not installed here: on Debian, apt-get install postgresql.');
  return PostgresServer.start(binaries);
};

/** The Collector of docker/, moved to loopback, with Lantern in Jaeger's place. */
const startCollector = async (port, jaegerUrl, folder) => {
  const config = parse(readFileSync(join(root, 'docker/collector/config.yaml'), 'utf8'));
  const healthPort = await freePort();
  config.receivers.otlp.protocols = { http: { endpoint: `127.0.0.1:${port}` } };
  config.exporters['otlp_http/jaeger'].endpoint = jaegerUrl;
  config.exporters.prometheus.endpoint = `127.0.0.1:${await freePort()}`;
  config.extensions.health_check.endpoint = `127.0.0.1:${healthPort}`;
  Object.assign(config.extensions['file_storage/queue'], { directory: folder });
  config.extensions['file_storage/queue'].compaction.directory = folder;
  config.service.telemetry.metrics = { level: 'none' };
  // Not to be had from Go's module proxy; counts calls, touches no span.
  delete config.connectors.service_graph;
  for (const pipeline of Object.values(config.service.pipelines)) {
    pipeline.receivers = pipeline.receivers.filter((name) => name !== 'service_graph');
    pipeline.exporters = pipeline.exporters.filter((name) => name !== 'service_graph');
  }
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringify(config));
  const otelcol = join(root, 'node_modules/.cache/lantern-deploy-checks/bin/otelcol');
  const collector = spawn(otelcol, ['--config', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TRACE_SAMPLE_PERCENT: '100', TRACE_DECISION_WAIT: '4s', GOMEMLIMIT: '400MiB' },
  });
  const failed = once(collector, 'error').then(([error]) => {
    throw new Error(`${error.message}: npm run programs -w @lantern/deploy-checks installs it.`);
  });
  const healthy = waitFor('the Collector', async () => {
    const response = await fetch(`http://127.0.0.1:${healthPort}`).catch(() => undefined);
    return response?.ok || undefined;
  });
  await Promise.race([healthy, failed]);
  return collector;
};

const folder = mkdtempSync(join(tmpdir(), 'lantern-trace-tests-'));
let postgres;
let system;
let collector;
try {
  const env = {};
  if (wanted.has('postgres')) {
    postgres = await startPostgres();
    env.DATABASE_URL = await postgres.createDatabase();
  }
  const port = await freePort();
  // Wins over the endpoint for all signals, which the launcher sets to Lantern's.
  if (wanted.has('collector')) env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = `http://127.0.0.1:${port}/v1/traces`;
  system = await TemporarySystem.start(env);
  const { urls } = system;
  if (wanted.has('collector')) collector = await startCollector(port, urls.otlp, folder);

  console.log(`The trace tests with ${[...wanted].join(' and ')}:`);
  const tests = spawn(process.execPath, ['../../tools/jest.mjs', `e2e-${[...wanted].sort().join('-')}`], {
    cwd: join(root, 'apps/shop-e2e'),
    stdio: 'inherit',
    env: { ...process.env, GATEWAY_URL: urls.gateway, JAEGER_URL: urls.jaeger, LOKI_URL: urls.loki },
  });
  const [code] = await once(tests, 'exit');
  process.exitCode = code ?? 1;
} finally {
  await system?.stop();
  if (collector && collector.exitCode === null) {
    const exited = once(collector, 'exit');
    collector.kill('SIGTERM');
    await exited;
  }
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}
