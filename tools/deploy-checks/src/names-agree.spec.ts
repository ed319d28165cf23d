import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PORTS } from '@lantern/launcher';
import { compose, resolve } from './compose.js';
import {
  type CollectorConfig,
  REQUEST_LABELS,
  REQUEST_METRIC,
  STREAM_LABELS,
  collectorPorts,
  lanternPorts,
  listening,
  shopPorts,
} from './names.js';
import { selectorsOf, withoutVariables } from './promql.js';
import { files, read, readJson, readYaml } from './workspace.js';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rules = files('docker/prometheus/rules/*.yml').flatMap((path) =>
  readYaml<{ groups: { rules: Rule[] }[] }>(path).groups.flatMap((group) => group.rules),
);
const prometheus = readYaml<{
  scrape_configs: {
    job_name: string;
    static_configs: { targets: string[]; labels?: Record<string, string> }[];
  }[];
  alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
}>('docker/prometheus/prometheus.yml');
const chart = readYaml<{
  services: Record<string, { port: number; database: boolean; calls: string[] }>;
}>('deploy/shop/values.yaml');

const expressionsIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        (key === 'expr' || key === 'query' || key === 'definition') && typeof inner === 'string'
          ? [inner]
          : expressionsIn(inner),
      );

const dashboards = files('docker/grafana/dashboards/*.json').flatMap((path) => expressionsIn(readJson(path)));
const datasources = expressionsIn(readYaml('docker/grafana/provisioning/datasources/datasources.yaml'));
const alerting = expressionsIn(readYaml('docker/grafana/provisioning/alerting/alerting.yaml'));
const asked = [...dashboards, ...datasources, ...alerting];
const isLogQl = (expression: string) => /^\s*(?:sum\()?(?:count_over_time\()?\{/.test(expression);

describe('ports', () => {
  it.each(Object.entries(shopPorts))('%s listens on %d', (name, port) => {
    const service = compose.services[name];
    expect(service?.build?.args).toEqual({ APP: name, PORT: String(port) });
    expect(chart.services[name]?.port).toBe(port);
    expect(
      prometheus.scrape_configs.find(({ job_name }) => job_name === 'shop')?.static_configs,
    ).toContainEqual({
      targets: [`${name}:${port}`],
      labels: { service: name },
    });
    expect(read('docs/architecture.md')).toMatch(new RegExp(`\\| ${port} +\\| ${name} `));
  });

  it('the launcher, Lantern and the other backends use the same ports', () => {
    expect(DEFAULT_PORTS).toMatchObject({
      gateway: shopPorts['api-gateway'],
      userService: shopPorts['user-service'],
      orderService: shopPorts['order-service'],
      ui: lanternPorts.jaeger,
      otlp: lanternPorts.otlp,
      otlpGrpc: lanternPorts.otlpGrpc,
      loki: lanternPorts.loki,
      sampling: lanternPorts.sampling,
    });
    expect(collectorPorts(readYaml('docker/collector/config.yaml'))).toEqual(
      expect.arrayContaining([lanternPorts.otlp, lanternPorts.otlpGrpc]),
    );
    expect(collectorPorts(readYaml('docker/jaeger/config.yaml'))).toContain(lanternPorts.jaeger);
    expect(listening.loki).toEqual([lanternPorts.loki]);
  });

  it('Prometheus scrapes and notifies services that listen on the port', () => {
    const targets = [
      ...prometheus.scrape_configs.flatMap(({ static_configs }) =>
        static_configs.flatMap(({ targets }) => targets),
      ),
      ...prometheus.alerting.alertmanagers.flatMap((a) => a.static_configs.flatMap(({ targets }) => targets)),
    ];
    const silent = targets.filter((target) => {
      const [host = '', port] = target.split(':');
      const answers = host === 'localhost' ? 'prometheus' : resolve('stack', 'prometheus', host);
      return !listening[answers ?? '']?.includes(Number(port));
    });
    expect(silent).toEqual([]);
    expect(targets.length).toBeGreaterThan(8);
  });

  it('the Collector exports to a service that listens on the port', () => {
    const { exporters } = readYaml<{ exporters: Record<string, { endpoint: string }> }>(
      'docker/collector/config.yaml',
    );
    const { hostname, port } = new URL(exporters['otlp_http/jaeger']?.endpoint ?? '');
    expect(resolve('stack', 'collector', hostname)).toBe('jaeger');
    expect(listening.jaeger).toContain(Number(port));
  });
});

describe('a metric in a query', () => {
  const recorded = rules.flatMap(({ record }) => (record ? [record] : []));
  const histogram = [`${REQUEST_METRIC}_bucket`, `${REQUEST_METRIC}_count`, `${REQUEST_METRIC}_sum`];
  const foreign =
    /^(?:up|ALERTS|process_resident_memory_bytes|(?:otelcol|loki|traces_span_metrics|traces_service_graph)_\w+)$/;
  const selectors = [...rules.map(({ expr }) => expr), ...asked.filter((expression) => !isLogQl(expression))]
    .map((expression) => expression.replace(/^label_values\((.*), \w+\)$/, '$1'))
    .flatMap((expression) => selectorsOf(withoutVariables(expression)));

  it('is produced by a service, a recording rule or a backend', () => {
    const unknown = selectors
      .map(({ metric }) => metric)
      .filter((metric) => ![...histogram, ...recorded].includes(metric) && !foreign.test(metric));
    expect(unknown).toEqual([]);
    expect(selectors.length).toBeGreaterThan(40);
  });

  it('is selected by labels that the services set', () => {
    const unknown = selectors.flatMap(({ metric, labels }) =>
      histogram.includes(metric) ? labels.filter((label) => ![...REQUEST_LABELS, 'le'].includes(label)) : [],
    );
    expect(unknown).toEqual([]);
  });

  it('of a Collector has its unit and type in its name, as the configuration requests', () => {
    const readers = [
      'docker/collector/config.yaml',
      'deploy/values/collector-agent.yaml',
      'deploy/values/collector-gateway.yaml',
    ]
      .map((path) => readYaml<CollectorConfig & { config?: CollectorConfig }>(path))
      .flatMap((file) => (file.config ?? file).service.telemetry.metrics.readers);
    for (const { pull } of readers) {
      expect(pull.exporter.prometheus).toMatchObject({ without_type_suffix: false, without_units: false });
    }
  });

  it('of a recording rule is used by a query', () => {
    const names = new Set(selectors.map(({ metric }) => metric));
    expect(recorded.filter((name) => !names.has(name) && !/:p(?:50|99)_5m$/.test(name))).toEqual([]);
  });
});

describe('a log label in a query', () => {
  it('is a label of the streams', () => {
    const selected = [
      ...asked.filter(isLogQl),
      ...[...read('docker/README.md').matchAll(/\{service[^}\n]*\}/g)].map(([selector]) => selector),
    ].flatMap((query) =>
      [...query.matchAll(/\{([^}]*)\}/g)].flatMap(([, inner]) => (inner?.includes('=') ? [inner] : [])),
    );
    const labels = selected.flatMap((inner) =>
      [...inner.matchAll(/(\w+)\s*[=!]~?/g)].map(([, label]) => label),
    );
    expect(labels.filter((label) => !STREAM_LABELS.includes(label ?? ''))).toEqual([]);
    expect(labels.length).toBeGreaterThan(3);
  });
});

describe('the chart and the compose file configure the services equally', () => {
  it.each(Object.entries(chart.services))('%s', (name, { database, calls }) => {
    const environment = compose.services[name]?.environment ?? {};
    expect('DATABASE_URL' in environment).toBe(database);
    const urls = Object.keys(environment).filter((variable) => variable.endsWith('_SERVICE_URL'));
    expect(urls.sort()).toEqual(
      calls.map((called) => `${called.toUpperCase().replaceAll('-', '_')}_URL`).sort(),
    );
    // The service reads all of these variables.
    for (const url of urls) expect(read(`apps/${name}/src/config.ts`)).toContain(`${url}:`);
  });

  it('with the same rules', () => {
    const copied = files('deploy/shop/rules/*.yml').map((path) => [path.split('/').at(-1), read(path)]);
    expect(copied).toEqual(
      files('docker/prometheus/rules/*.yml').map((path) => [path.split('/').at(-1), read(path)]),
    );
  });
});

describe('links in alerts', () => {
  it('lead to Jaeger’s UI at its published port, and to an existing heading', () => {
    const annotations = rules.flatMap(({ annotations }) => Object.entries(annotations ?? {}));
    for (const [key, value] of annotations) {
      if (key === 'traces')
        expect(value).toMatch(new RegExp(`^http://localhost:${lanternPorts.jaeger}/search\\?`));
      if (key === 'runbook') {
        const [path = '', anchor] = value.split('#');
        const anchors = read(path)
          .split('\n')
          .filter((line) => line.startsWith('#'))
          .map((line) =>
            line
              .replace(/^#+ /, '')
              .toLowerCase()
              .replaceAll(/[^\w -]/g, '')
              .replaceAll(' ', '-'),
          );
        expect(anchors).toContain(anchor);
      }
    }
  });
});
