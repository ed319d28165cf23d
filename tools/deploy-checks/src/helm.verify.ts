import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { describeWithProgram } from './describe-with-program.js';
import { findProgram, run } from './programs.js';
import { parseYaml, readYaml } from './workspace.js';

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

const KUBERNETES = ['1.30', '1.34'];
const database = ['--set', 'database.existingSecret=shop-database'];

const combinations: Readonly<Record<string, string[]>> = {
  'the defaults': database,
  'an ingress with a certificate': [
    ...database,
    ...[
      '--set',
      'ingress.enabled=true,ingress.host=shop.example.com,ingress.className=nginx,ingress.tlsSecret=shop-tls',
    ],
  ],
  'the URL of the database in the values': ['--set', 'database.url=postgres://shop:x@postgres/shop'],
  'everything optional left out': [
    ...database,
    ...['--set', 'networkPolicy.enabled=false,serviceMonitor.enabled=false,prometheusRule.enabled=false'],
    ...['--set', 'podDisruptionBudget.enabled=false'],
    ...['api-gateway', 'user-service', 'order-service'].flatMap((s) => [
      '--set',
      `services.${s}.autoscaling.enabled=false`,
    ]),
  ],
};

describeWithProgram('helm', 'deploy/shop by Helm', (helm) => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-helm-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const render = (args: readonly string[], kubernetes = '1.34'): string =>
    run(helm, [
      'template',
      'shop',
      'deploy/shop',
      '--namespace',
      'shop',
      '--kube-version',
      `${kubernetes}.0`,
      ...args,
    ]);
  const manifests = (args: readonly string[]) =>
    parseYaml(render(args), 'helm template').filter((m) => m !== null) as Manifest[];

  it('passes helm lint', () => {
    expect(run(helm, ['lint', 'deploy/shop', '--strict', ...database])).toContain('0 chart(s) failed');
  });

  it('rejects values without a database, with a message how to set one', () => {
    expect(() => render([])).toThrow('Set database.existingSecret to the name of a Secret');
  });

  it('rejects values that are not in the schema', () => {
    expect(() => render([...database, '--set', 'replicas=3'])).toThrow(/additional properties/);
  });

  it.each(Object.entries(combinations))('renders with %s', (_name, args) => {
    expect(manifests(args).length).toBeGreaterThan(6);
  });

  it('sets probes, limits and minimal privileges for every container', () => {
    for (const { kind, spec } of manifests(database)) {
      if (kind !== 'Deployment') continue;
      const pod = (
        spec.template as { spec: { containers: Record<string, unknown>[]; securityContext: unknown } }
      ).spec;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of pod.containers) {
        expect(Object.keys(container)).toEqual(
          expect.arrayContaining(['startupProbe', 'livenessProbe', 'readinessProbe']),
        );
        expect(container.resources).toMatchObject({
          requests: expect.anything() as unknown,
          limits: { memory: '256Mi' },
        });
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('sets the URLs of the called services, with existing names', () => {
    const rendered = manifests(database);
    const hosts = rendered.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
    const urls = [...render(database).matchAll(/value: http:\/\/(shop-[\w-]+):(\d+)/g)].map(
      ([, host]) => host,
    );
    expect(urls.length).toBeGreaterThanOrEqual(3);
    expect(hosts).toEqual(expect.arrayContaining(urls));
  });

  it('contains the Prometheus rules unchanged', () => {
    const rule = manifests(database).find(({ kind }) => kind === 'PrometheusRule');
    const groups = ['red', 'telemetry'].flatMap(
      (name) => readYaml<{ groups: unknown[] }>(`docker/prometheus/rules/${name}.yml`).groups,
    );
    expect(rule?.spec.groups).toEqual(groups);
    const promtool = findProgram('promtool');
    if (promtool) {
      const file = join(folder, 'rules.yml');
      writeFileSync(file, stringify(rule?.spec));
      expect(run(promtool, ['check', 'rules', file])).toContain('SUCCESS');
    }
  });

  describeWithProgram('kubernetes-validate', 'and Kubernetes’ own schemas', (validate) => {
    const cases = KUBERNETES.flatMap((version) =>
      Object.keys(combinations).map((name) => [version, name] as const),
    );
    it.each(cases)('Kubernetes %s accepts the manifests of %s', (version, name) => {
      const file = join(folder, 'manifests.yaml');
      writeFileSync(file, render(combinations[name] ?? [], version));
      const said = run(validate, ['--kubernetes-version', version, '--strict', file]);
      // Kubernetes has no schema of the operator's custom resources.
      const unknown = [...said.matchAll(/find schema for kind (\w+)/g)].map(([, kind]) => kind);
      expect(unknown.filter((kind) => kind !== 'ServiceMonitor' && kind !== 'PrometheusRule')).toEqual([]);
      expect(said).toMatch(/passed for resource deployment\/shop-order-service/);
    });
  });
});
