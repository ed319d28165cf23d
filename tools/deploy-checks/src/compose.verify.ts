import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithProgram } from './describe-with-program.js';
import { run } from './programs.js';
import { parseYaml, read, root } from './workspace.js';

interface Loaded {
  readonly services: Readonly<
    Record<string, { ports?: { host_ip: string; published: string }[]; environment: Record<string, string> }>
  >;
}

describeWithProgram('compose-go', 'Compose’s own loader', (composeGo) => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-compose-'));
  beforeAll(() => cpSync(join(root, 'docker'), folder, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Substitutes variables in the files, because the loader's command line passes none. */
  const load = (settings: Readonly<Record<string, string>>, ...files: string[]): Loaded => {
    const paths = files.map((file) => {
      const text = read(`docker/${file}`).replaceAll(
        /\$\{(\w+):[-?][^}]*\}/g,
        (reference, name: string) => settings[name] ?? reference,
      );
      writeFileSync(join(folder, file), text);
      return join(folder, file);
    });
    return parseYaml(run(composeGo, paths), files.join(' '))[0] as Loaded;
  };

  it('loads compose.yaml', () => {
    expect(Object.keys(load({}, 'compose.yaml').services)).toHaveLength(11);
  });

  it('rejects compose.lan.yaml without passwords, and names the first missing one', () => {
    expect(() => load({}, 'compose.yaml', 'compose.lan.yaml')).toThrow(
      /is missing a value: see secrets.env.example/,
    );
  });

  it('publishes two ports on the given address if the passwords are set', () => {
    const secrets = { POSTGRES_PASSWORD: 'a', GRAFANA_ADMIN_PASSWORD: 'b', PUBLISH_ADDRESS: '192.0.2.1' };
    const { services } = load(secrets, 'compose.yaml', 'compose.lan.yaml');
    const published = Object.entries(services).flatMap(([name, { ports }]) =>
      (ports ?? [])
        .filter(({ host_ip }) => host_ip !== '127.0.0.1')
        .map(({ host_ip, published }) => `${name} ${host_ip}:${published}`),
    );
    expect(published.sort()).toEqual(['api-gateway 192.0.2.1:8080', 'grafana 192.0.2.1:3000']);
    expect(services.grafana?.ports).toHaveLength(1);
    expect(JSON.stringify(services)).not.toContain('only-inside-compose');
  });
});

describeWithProgram('hadolint', 'Dockerfile linter', (hadolint) => {
  it('reports no problem in docker/Dockerfile', () => {
    expect(run(hadolint, ['docker/Dockerfile'])).toBe('');
  });
});
