import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { describeWithProgram } from './describe-with-program.js';
import type { CollectorConfig } from './names.js';
import { run } from './programs.js';
import { readYaml } from './workspace.js';

type Section = 'receivers' | 'processors' | 'connectors' | 'exporters' | 'extensions';

/** Components that Go's module proxy does not have. collector.spec.ts checks their connections. */
const NOT_TO_BE_HAD = ['service_graph', 'load_balancing'];

/** Merges configurations as Helm does: a null value deletes the key. */
const withoutNulls = <T>(value: T): T =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : (Object.fromEntries(
        Object.entries(value)
          .filter(([, inner]) => inner !== null)
          .map(([key, inner]) => [key, withoutNulls(inner as unknown)]),
      ) as T);

/** Removes unavailable components from a configuration, or replaces them by an available one of the same kind. */
const checkable = (config: CollectorConfig): unknown => {
  const isThere = (name: string) => !NOT_TO_BE_HAD.includes(name);
  const sections = Object.fromEntries(
    (['receivers', 'processors', 'connectors', 'exporters', 'extensions'] satisfies Section[]).map(
      (section) => [
        section,
        Object.fromEntries(
          Object.entries((config as Partial<CollectorConfig>)[section] ?? {}).filter(([name]) =>
            isThere(name),
          ),
        ),
      ],
    ),
  );
  const exporters = sections.exporters ?? {};
  if ('load_balancing' in config.exporters) exporters.otlp_grpc = { endpoint: 'gateway:4317' };
  const pipelines = Object.fromEntries(
    Object.entries(config.service.pipelines).map(([name, pipeline]) => [
      name,
      {
        ...pipeline,
        receivers: pipeline.receivers.filter(isThere),
        exporters: pipeline.exporters.flatMap((exporter) =>
          exporter === 'load_balancing' ? ['otlp_grpc'] : isThere(exporter) ? [exporter] : [],
        ),
      },
    ]),
  );
  return { ...sections, exporters, service: { ...config.service, pipelines } };
};

describeWithProgram('otelcol', 'The Collector itself', (otelcol) => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-otelcol-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const validate = (config: CollectorConfig): string => {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, stringify(checkable(withoutNulls(config))));
    return run(otelcol, ['validate', '--config', file], { GOMEMLIMIT: '400MiB' });
  };

  it('accepts docker/collector/config.yaml', () => {
    expect(() => validate(readYaml('docker/collector/config.yaml'))).not.toThrow();
  });

  it.each(['agent', 'gateway'])('accepts the configuration in deploy/values/collector-%s.yaml', (tier) => {
    const { config } = readYaml<{ config: CollectorConfig }>(`deploy/values/collector-${tier}.yaml`);
    expect(() => validate(config)).not.toThrow();
  });

  it('rejects an unknown setting', () => {
    const config = readYaml<CollectorConfig>('docker/collector/config.yaml');
    const wrong = { ...config, processors: { ...config.processors, batch: { time_out: '1s' } } };
    expect(() => validate(wrong)).toThrow(/time_out/);
  });
});
