import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagedProcess, TemporarySystem, waitFor } from '@lantern/launcher';
import { PrometheusProcess, findProgram, freePort } from './rig/prometheus-process.js';

const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));
const DOCKER = join(WORKSPACE, 'docker');

/** Address for the targets of `docker/` that do not run here. The system refuses connections to it. */
const NOBODY = '127.0.0.1:1';

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [time: number, value: string];
  readonly values?: readonly (readonly [time: number, value: string])[];
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly Series[] };
}

/** Returns all expressions for Prometheus in a dashboard, with examples for Grafana's variables. */
const queriesOf = (dashboard: unknown): string[] => {
  const queries: string[] = [];
  const visit = (node: unknown, source: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const fields = node as Readonly<Record<string, unknown>>;
    const { uid } = (fields.datasource ?? {}) as { readonly uid?: string };
    const own = uid ?? source;
    if (typeof fields.expr === 'string' && own === 'prometheus') queries.push(fields.expr);
    for (const child of Object.values(fields)) visit(child, own);
  };
  visit(dashboard, '');
  return queries.map((query) =>
    query.replaceAll(/\$__(?:rate_interval|interval|range)/g, '1m').replaceAll('$service', '.+'),
  );
};

const ask = async (url: string, path: string, params: Readonly<Record<string, string>>): Promise<Answer> => {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    body: new URLSearchParams(params),
  });
  return (await response.json()) as Answer;
};

/** Returns what `view` makes of the points of each series, by its labels; an error by its text. */
const bySeries =
  (view: (points: readonly (readonly [time: number, value: string])[]) => unknown) =>
  ({ error, data }: Answer): Readonly<Record<string, unknown>> => ({
    ...(error === undefined ? undefined : { error }),
    ...Object.fromEntries(
      (data?.result ?? []).map(({ metric, value, values = value ? [value] : [] }) => [
        JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
        view(values),
      ]),
    ),
  });

/** Values with twelve digits: sums of series in another order may differ in the last ones. */
const valuesOf = bySeries((points) =>
  points.map(([time, text]) => [
    time,
    Number.isFinite(Number(text)) ? Number(Number(text).toPrecision(12)) : text,
  ]),
);
const timesOf = bySeries((points) => points.map(([time]) => time));
const labelsOf = bySeries(() => true);

const prometheus = findProgram('prometheus');
const promtool = findProgram('promtool');

if (!prometheus || !promtool) {
  describe('Lantern beside Prometheus', () => {
    it('NOT RUN: prometheus and promtool are not installed here (Debian: apt-get install prometheus)', () => {
      expect(process.env.REQUIRE_PROGRAMS ?? '').toBe('');
    });
  });
} else {
  describe('Lantern beside a Prometheus that scrapes the shop and sends all samples to Lantern', () => {
    let folder: string;
    let system: TemporarySystem;
    let mirror: ManagedProcess;
    let mirrorUrl: string;
    let spans: Server;
    let real: PrometheusProcess;
    const queries = new Set<string>();

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lantern-beside-'));
      const rules: string[] = [];
      for (const name of await readdir(join(DOCKER, 'prometheus', 'rules'))) {
        const text = await readFile(join(DOCKER, 'prometheus', 'rules', name), 'utf8');
        rules.push(join(folder, name));
        const fast = text.replaceAll('interval: 15s', 'interval: 1s').replaceAll(/^( +for:) .*$/gm, '$1 1s');
        await writeFile(join(folder, name), fast);
      }
      for (const name of await readdir(join(DOCKER, 'grafana', 'dashboards'))) {
        const text = await readFile(join(DOCKER, 'grafana', 'dashboards', name), 'utf8');
        for (const query of queriesOf(JSON.parse(text))) queries.add(query);
      }

      system = await TemporarySystem.start({}, { rules: rules.join(','), scrapeInterval: '1s' });
      mirror = new ManagedProcess({
        name: 'mirror',
        args: ['--max-semi-space-size=8', join('dist', 'main.js')],
        cwd: join(WORKSPACE, 'apps', 'lantern'),
        env: Object.fromEntries(
          ['JAEGER', 'OTLP', 'OTLP_GRPC', 'LOKI', 'PROMETHEUS', 'SAMPLING'].map((port) => [
            `LANTERN_${port}_PORT`,
            '0',
          ]),
        ),
        logFile: join(folder, 'mirror.log'),
      });
      mirrorUrl = (await mirror.ready).prometheus ?? '';
      // Takes the place of the Collector, whose metrics from spans Lantern computes.
      spans = createServer((_, response) => {
        void spanMetrics(system.urls.prometheus).then((text) =>
          response.setHeader('content-type', 'text/plain; version=0.0.4').end(text),
        );
      }).listen(0, '127.0.0.1');
      await waitFor('the span metrics', async () => (spans.listening ? true : undefined));

      const port = await freePort();
      const config = (await readFile(join(DOCKER, 'prometheus', 'prometheus.yml'), 'utf8'))
        .replace('scrape_interval: 15s', 'scrape_interval: 1s')
        .replace('scrape_timeout: 10s', 'scrape_timeout: 1s')
        .replace('evaluation_interval: 15s', 'evaluation_interval: 1s')
        .replace('/etc/prometheus/rules/*.yml', join(folder, '*.yml'))
        .replace('api-gateway:8080', new URL(system.urls.gateway).host)
        .replace('user-service:8001', new URL(system.urls.userService).host)
        .replace('order-service:8002', new URL(system.urls.orderService).host)
        .replace('collector:8889', `127.0.0.1:${(spans.address() as AddressInfo).port}`)
        .replace('localhost:9090', `127.0.0.1:${port}`)
        .replaceAll(/'[a-z]+:\d+'/g, `'${NOBODY}'`);
      const remoteWrite = [
        'remote_write:',
        `  - url: ${mirrorUrl}/api/v1/write`,
        '    queue_config: { batch_send_deadline: 100ms }',
        '    send_exemplars: true',
      ];
      await writeFile(join(folder, 'prometheus.yaml'), `${config}\n${remoteWrite.join('\n')}\n`);
      real = await PrometheusProcess.start(
        prometheus,
        join(folder, 'prometheus.yaml'),
        join(folder, 'tsdb'),
        port,
      );
      // A rate needs samples between the failures, so that each round is scraped on its own.
      await waitFor(
        'the alert',
        async () => {
          for (const product of ['laptop', 'fail_product']) await order(product);
          const { data } = await ask(real.url, '/query', { query: 'ALERTS{alertstate="firing"}' });
          return data?.result.some(({ metric }) => metric.alertname === 'HighErrorRate') ? true : undefined;
        },
        { deadlineMillis: 60_000, intervalMillis: 500 },
      );
    }, 120_000);

    const order = async (product: string): Promise<void> => {
      const response = await fetch(`${system.urls.gateway}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: '1', product, quantity: 1 }),
      });
      await response.text();
    };

    afterAll(async () => {
      await real.stop();
      spans.closeAllConnections();
      spans.close();
      await mirror.stop();
      await system.stop();
      await rm(folder, { recursive: true });
    });

    /** Waits until Lantern has what is on its way, and returns the series with other answers. */
    const differences = async (
      asked: Iterable<string>,
      other: string,
      view: (answer: Answer, query: string) => Readonly<Record<string, unknown>>,
    ): Promise<readonly string[]> => {
      const end = String(Math.floor(Date.now() / 1000));
      const start = String(Number(end) - 30);
      let unequal: string[] = [];
      const areEqual = async (): Promise<true | undefined> => {
        unequal = [];
        for (const query of asked) {
          const instant = ['/query', { query, time: end }] as const;
          const range = ['/query_range', { query, start, end, step: '1' }] as const;
          for (const [path, params] of query.endsWith(']') ? [instant] : [instant, range]) {
            const expected = view(await ask(real.url, path, params), query);
            const actual = view(await ask(other, path, params), query);
            for (const key of Object.keys({ ...expected, ...actual }))
              if (!isDeepStrictEqual(expected[key], actual[key]))
                unequal.push(
                  JSON.stringify({ query, path, key, expected: expected[key], actual: actual[key] }),
                );
          }
        }
        return unequal.length === 0 ? true : undefined;
      };
      await waitFor('equal answers', areEqual, { intervalMillis: 500 }).catch(() => undefined);
      return unequal;
    };

    /** Returns the expressions of the rules. */
    const ruleQueries = async (): Promise<string[]> => {
      const { data } = (await (await fetch(`${real.url}/api/v1/rules`)).json()) as {
        readonly data: {
          readonly groups: readonly { readonly rules: readonly { readonly query: string }[] }[];
        };
      };
      return data.groups.flatMap(({ rules }) => rules.map(({ query }) => query));
    };

    it('Lantern has every sample that Prometheus sent by remote write', async () => {
      expect(await differences(['{__name__=~".+"}[1m]'], mirrorUrl, valuesOf)).toEqual([]);
    });

    it('Lantern answers each query of the dashboards and of the rules as Prometheus does', async () => {
      for (const query of await ruleQueries()) queries.add(query);
      expect(queries.size).toBeGreaterThan(45);
      const { data } = (await (await fetch(`${real.url}/api/v1/status/buildinfo`)).json()) as {
        readonly data: { readonly version: string };
      };
      // Version 2 extrapolated a counter to zero, also where the range begins long before.
      const extrapolates = data.version.startsWith('2.');
      const view = (answer: Answer, query: string) =>
        extrapolates && /\b(?:rate|increase)\(/.test(query) ? timesOf(answer) : valuesOf(answer);
      expect(await differences(queries, mirrorUrl, view)).toEqual([]);
    });

    it('Lantern that scrapes the shop itself returns the same series for each query about it', async () => {
      // Span metrics reach Prometheus with a delay.
      const aboutTheShop = [...queries].filter(
        (query) => query.includes('http_server_') && !query.includes('traces_'),
      );
      expect(aboutTheShop.length).toBeGreaterThan(20);
      expect(await differences(aboutTheShop, system.urls.prometheus, labelsOf)).toEqual([]);
    });

    it.each([
      ['check', 'healthy', '--url=URL'],
      ['check', 'ready', '--url=URL'],
      ['query', 'instant', 'URL', 'sum(up)'],
      ['query', 'range', 'URL', 'sum(up)'],
      ['query', 'series', '--match=up', 'URL'],
      ['query', 'labels', 'URL', 'service'],
      ['push', 'metrics', 'URL/api/v1/write', 'FILE'],
    ])('promtool %s %s succeeds against Lantern', async (command, subcommand, ...rest) => {
      const file = join(folder, 'pushed.txt');
      await writeFile(file, '# TYPE pushed_total counter\npushed_total{by="promtool"} 42\n');
      const run = (...args: string[]) => spawnSync(promtool, args, { encoding: 'utf8' });
      // Version 2.42 has neither `check healthy` nor `push`.
      if (run(command, subcommand, '--help').status !== 0) return;
      const args = rest.map((arg) => arg.replace('URL', mirrorUrl).replace('FILE', file));
      const { status, stdout, stderr } = run(command, subcommand, ...args);
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: expect.any(String), stderr: '' });
      if (command !== 'push') return;
      const { data } = await ask(mirrorUrl, '/query', { query: 'pushed_total' });
      expect(data?.result.map(({ value }) => value?.[1])).toEqual(['42']);
    });
  });
}

/** Reads the series that Lantern computes from spans, in Prometheus' text format. */
const spanMetrics = async (url: string): Promise<string> => {
  const { data } = await ask(url, '/query', { query: '{__name__=~"traces_.+"}' });
  return (data?.result ?? [])
    .map(({ metric: { __name__: name = '', ...labels }, value }) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
      return `${name}{${pairs.join(',')}} ${value?.[1] ?? 'NaN'}\n`;
    })
    .join('');
};
