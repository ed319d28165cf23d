// Triggers the tutorial's alert: sends orders for fail_product until HighErrorRate fires for order-service.
//
//   npm run alert -w @lantern/deploy-checks                             the shop, and Debian's Prometheus scraping it
//   PROMETHEUS_URL=… GATEWAY_URL=… npm run alert -w @lantern/deploy-checks     a running stack
//
// Needs /metrics of the services. Its own Prometheus scrapes every second and uses the rules of docker/prometheus/rules with
// shorter durations and the same thresholds, so that the alert fires within seconds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TemporarySystem, waitFor } from '@lantern/launcher';
import { stringify } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { GATEWAY_URL = 'http://127.0.0.1:8080', PROMETHEUS_URL } = process.env;

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

const order = async (gateway, product) => {
  const response = await fetch(`${gateway}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: '1', product, quantity: 1 }),
  });
  await response.arrayBuffer();
  return response.status;
};

const ask = async (url, path) => {
  const response = await fetch(`${url}${path}`).catch(() => undefined);
  return response?.ok ? response.json() : undefined;
};

const startPrometheus = async (urls, folder) => {
  const target = (url, service) => ({ targets: [new URL(url).host], labels: { service } });
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(folder, 'rules-*.yml')],
    scrape_configs: [
      {
        job_name: 'shop',
        honor_labels: true,
        static_configs: [
          target(urls.gateway, 'api-gateway'),
          target(urls.userService, 'user-service'),
          target(urls.orderService, 'order-service'),
        ],
      },
    ],
  };
  for (const file of readdirSync(join(root, 'docker/prometheus/rules'))) {
    const rules = readFileSync(join(root, 'docker/prometheus/rules', file), 'utf8');
    writeFileSync(
      join(folder, `rules-${file}`),
      rules.replaceAll(/interval: 15s/g, 'interval: 1s').replaceAll(/(\s)for: \d+m/g, '$1for: 2s'),
    );
  }
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  const port = await freePort();
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const failed = once(prometheus, 'error').then(([error]) => {
    throw new Error(`${error.message}: on Debian, apt-get install prometheus.`);
  });
  const url = `http://127.0.0.1:${port}`;
  const up = waitFor('all three services to be scraped', async () => {
    const answer = await ask(
      url,
      `/api/v1/query?query=${encodeURIComponent('count(up{job="shop"} == 1) == 3')}`,
    );
    return answer?.data.result.length > 0 || undefined;
  });
  try {
    await Promise.race([up, failed]);
  } catch (error) {
    prometheus.kill('SIGTERM');
    const { data } = (await ask(url, '/api/v1/targets')) ?? {};
    const said = data?.activeTargets.map(
      ({ scrapeUrl, lastError }) => `  ${scrapeUrl}: ${lastError || 'fine'}`,
    );
    throw new Error(`${error.message} Do the services have /metrics?\n${said?.join('\n') ?? ''}`, {
      cause: error,
    });
  }
  return { url, process: prometheus };
};

const folder = mkdtempSync(join(tmpdir(), 'lantern-alert-'));
let system;
let prometheus;
try {
  let [gateway, url] = [GATEWAY_URL, PROMETHEUS_URL];
  if (url === undefined) {
    system = await TemporarySystem.start();
    gateway = system.urls.gateway;
    prometheus = await startPrometheus(system.urls, folder);
    url = prometheus.url;
  }
  // Prometheus must have scraped the service before it fails: `rate` needs the increase.
  for (let i = 0; i < 3; i += 1) await order(gateway, 'laptop');
  console.log(`Orders of fail_product go to ${gateway}; waiting for the alert at ${url} …`);
  const started = Date.now();
  const alert = await waitFor(
    'HighErrorRate of order-service to fire',
    async () => {
      const status = await order(gateway, 'fail_product');
      if (status !== 504) throw new Error(`fail_product was answered ${status} in place of 504`);
      const answer = await ask(url, '/api/v1/alerts');
      return answer?.data.alerts.find(
        ({ state, labels }) =>
          state === 'firing' && labels.alertname === 'HighErrorRate' && labels.service === 'order-service',
      );
    },
    { deadlineMs: 300_000, intervalMs: 1000 },
  );
  console.log(`Fires after ${Math.round((Date.now() - started) / 1000)} s: ${alert.annotations.summary}`);
} finally {
  if (prometheus && prometheus.process.exitCode === null) {
    const exited = once(prometheus.process, 'exit');
    prometheus.process.kill('SIGTERM');
    await exited;
  }
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
}
