import { describe, expect, it } from '@jest/globals';
import { compose, resolve } from './compose.js';
import { listening } from './names.js';
import { selectorsOf, withoutVariables } from './promql.js';
import { files, readJson, readYaml } from './workspace.js';

interface DataSource {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly jsonData: Readonly<Record<string, unknown>>;
}

interface Target {
  readonly refId: string;
  readonly expr?: string;
  readonly datasource: { readonly type: string; readonly uid: string };
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly datasource: { readonly type: string; readonly uid: string };
    readonly targets: readonly Target[];
  }[];
}

const { datasources } = readYaml<{ datasources: DataSource[] }>(
  'docker/grafana/provisioning/datasources/datasources.yaml',
);
const dashboards = files('docker/grafana/dashboards/*.json').map(
  (path) => [path, readJson<Dashboard>(path)] as const,
);
const byUid = new Map(datasources.map((source) => [source.uid, source]));

/** Returns all values with this key, at any depth. */
const valuesOf = (key: string, value: unknown): unknown[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, inner]) => [
        ...(name === key ? [inner as unknown] : []),
        ...valuesOf(key, inner),
      ]);

describe('Grafana’s data sources', () => {
  it.each(datasources.map((source) => [source.name, source] as const))(
    '%s answers at its URL',
    (_name, { url }) => {
      const { hostname, port } = new URL(url);
      const answers = resolve('stack', 'grafana', hostname);
      expect(listening[answers ?? '']).toContain(Number(port));
    },
  );

  it('link to each other by existing UIDs', () => {
    const linked = valuesOf(
      'datasourceUid',
      datasources.map(({ jsonData }) => jsonData),
    );
    expect(linked.length).toBeGreaterThanOrEqual(5);
    expect([...byUid.keys()]).toEqual(expect.arrayContaining(linked));
  });

  it('link spans to log lines, log lines to traces, and latencies to traces', () => {
    expect(byUid.get('jaeger')?.jsonData.tracesToLogsV2).toMatchObject({
      datasourceUid: 'loki',
      customQuery: true,
      query: '{service=~".+"} | trace_id="$${__span.traceId}"',
    });
    expect(byUid.get('prometheus')?.jsonData.exemplarTraceIdDestinations).toEqual([
      expect.objectContaining({ name: 'trace_id', datasourceUid: 'jaeger' }),
    ]);
  });

  it('find the trace ID in a line as the services write it, and in its metadata', () => {
    const fields = byUid.get('loki')?.jsonData.derivedFields as {
      matcherType: string;
      matcherRegex: string;
    }[];
    // Provisioning files escape `$` as `$$`.
    const matcher = (type: string) =>
      new RegExp(
        fields.find(({ matcherType }) => matcherType === type)?.matcherRegex.replaceAll('$$', '$') ?? '(?!)',
      );
    const line = JSON.stringify({
      message: 'Payment processing failed',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    expect(matcher('regex').exec(line)?.[1]).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(matcher('label').test('trace_id')).toBe(true);
    expect(matcher('label').test('parent_trace_id')).toBe(false);
  });

  it('contain no single $, which Grafana would interpret as an environment variable', () => {
    const texts = JSON.stringify(datasources);
    expect(texts.replaceAll('$$', '')).not.toContain('$');
  });
});

describe.each(dashboards)('%s', (path, dashboard) => {
  it('has the name of its file as UID', () => {
    expect(path).toBe(`docker/grafana/dashboards/${dashboard.uid}.json`);
  });

  it('queries existing data sources', () => {
    const asked = dashboard.panels.flatMap((panel) => [
      panel.datasource,
      ...panel.targets.map((t) => t.datasource),
    ]);
    for (const { uid, type } of asked) expect(byUid.get(uid)?.type).toBe(type);
  });

  it('queries Prometheus in valid PromQL', () => {
    const targets = dashboard.panels.flatMap(({ targets }) => targets);
    for (const { expr, datasource } of targets) {
      if (datasource.type === 'prometheus') expect(selectorsOf(withoutVariables(expr ?? ''))).not.toEqual([]);
    }
  });

  it('has no overlapping panels', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});

describe('Grafana’s provisioning', () => {
  it('finds dashboards where compose mounts them', () => {
    const { providers } = readYaml<{ providers: { options: { path: string }; folder: string }[] }>(
      'docker/grafana/provisioning/dashboards/dashboards.yaml',
    );
    const mounted = (compose.services.grafana?.volumes ?? []).map((v) =>
      typeof v === 'string' ? v : v.target,
    );
    expect(mounted).toContain(providers[0]?.options.path);
    const home = compose.services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? '';
    expect(dashboards.map(([, { uid }]) => `${providers[0]?.options.path ?? ''}/${uid}.json`)).toContain(
      home,
    );
  });

  it('uses existing receivers, data sources and panels in alerts', () => {
    const alerting = readYaml<{
      contactPoints: { name: string; receivers: { settings: { url: string } }[] }[];
      policies: { receiver: string }[];
      groups: {
        rules: {
          condition: string;
          annotations: Record<string, string>;
          data: { refId: string; datasourceUid: string }[];
        }[];
      }[];
    }>('docker/grafana/provisioning/alerting/alerting.yaml');
    const points = alerting.contactPoints.map(({ name }) => name);
    for (const { receiver } of alerting.policies) expect(points).toContain(receiver);
    for (const { receivers } of alerting.contactPoints) {
      for (const { settings } of receivers) expect(settings.url).toBe(byUid.get('alertmanager')?.url);
    }
    for (const { condition, data, annotations } of alerting.groups.flatMap(({ rules }) => rules)) {
      expect(data.map(({ refId }) => refId)).toContain(condition);
      for (const { datasourceUid } of data) expect([...byUid.keys(), '__expr__']).toContain(datasourceUid);
      const dashboard = dashboards.find(([, { uid }]) => uid === annotations.__dashboardUid__)?.[1];
      expect(dashboard?.panels.map(({ id }) => String(id))).toContain(annotations.__panelId__);
    }
  });
});
