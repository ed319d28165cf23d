import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from '@jest/globals';
import { readJson, readYaml } from './workspace.js';

const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  readJson('deploy/shop/values.schema.json'),
);
const defaults = readYaml<Record<string, unknown>>('deploy/shop/values.yaml');

const faultsOf = (values: unknown): string[] =>
  validate(values)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);

describe('the chart’s values schema', () => {
  it('accepts the defaults', () => {
    expect(faultsOf(defaults)).toEqual([]);
  });

  it.each([
    ['a word that it does not know', { ...defaults, replicas: 3 }, ' must NOT have additional properties'],
    [
      'an address without a protocol',
      { ...defaults, telemetry: { ...(defaults.telemetry as object), lokiUrl: 'loki:3100' } },
      '/telemetry/lokiUrl must match pattern',
    ],
    [
      'a database URL that is none of PostgreSQL',
      { ...defaults, database: { ...(defaults.database as object), url: 'mysql://db' } },
      '/database/url must match pattern',
    ],
    [
      'less time to end than the services take',
      { ...defaults, terminationGracePeriodSeconds: 10 },
      '/terminationGracePeriodSeconds must be >= 20',
    ],
  ])('refuses %s', (_what, values, fault) => {
    expect(faultsOf(values).join('\n')).toContain(fault);
  });
});
