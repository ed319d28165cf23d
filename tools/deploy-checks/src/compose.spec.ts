import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROFILES, compose, namesByNetwork, resolve, servicesOf } from './compose.js';
import { listening } from './names.js';
import { read, readYaml, root } from './workspace.js';

const services = Object.entries(compose.services);

describe('docker/compose.yaml', () => {
  it('starts the shop in both profiles, Jaeger and Loki in one and Lantern in the other', () => {
    expect(Object.fromEntries(PROFILES.map((p) => [p, servicesOf(p).map(([name]) => name)]))).toEqual({
      stack: [
        ...['api-gateway', 'user-service', 'order-service', 'postgres'],
        ...['collector', 'jaeger', 'loki', 'prometheus', 'alertmanager', 'grafana'],
      ],
      lantern: ['api-gateway', 'user-service', 'order-service', 'postgres', 'lantern'],
    });
    expect(read('docker/.env')).toMatch(/^COMPOSE_PROFILES=stack$/m);
  });

  it.each(services)('%s is pinned, confined and limited', (_name, service) => {
    expect(service.image).toMatch(service.build ? /^lantern\/[\w-]+:/ : /:v?\d+\.\d+[\w.-]*$/);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
  });

  it('mounts root file systems read-only, except for the two whose entry points write to them', () => {
    expect(services.filter(([, { read_only }]) => !read_only).map(([name]) => name)).toEqual([
      'postgres',
      'grafana',
    ]);
  });

  it.each(services)('%s is published on loopback only, on ports that it listens on', (name, { ports }) => {
    for (const port of ports ?? []) {
      const [address, published, target] = port.split(':');
      expect(address).toBe('127.0.0.1');
      expect(published).toBe(target);
      expect(listening[name]).toContain(Number(target));
    }
  });

  it.each(PROFILES)('publishes no port twice in profile %s', (profile) => {
    const published = servicesOf(profile).flatMap(([, { ports }]) => ports ?? []);
    expect(new Set(published).size).toBe(published.length);
  });

  it('publishes neither the database nor the services behind the gateway', () => {
    const unpublished = services.filter(([, { ports }]) => ports === undefined).map(([name]) => name);
    expect(unpublished).toEqual(['user-service', 'order-service', 'postgres']);
  });

  it.each(services)(
    '%s waits only for what starts with it, and for health where there is a check',
    (_name, service) => {
      for (const [other, { condition, required }] of Object.entries(service.depends_on ?? {})) {
        const dependency = compose.services[other];
        expect(dependency).toBeDefined();
        const profiles = service.profiles ?? PROFILES;
        const always = profiles.every((profile) => servicesOf(profile).some(([name]) => name === other));
        expect({ other, required: required ?? true }).toEqual({ other, required: always });
        const checked = dependency?.healthcheck !== undefined || dependency?.build !== undefined;
        expect({ other, condition }).toEqual({
          other,
          condition: checked ? 'service_healthy' : 'service_started',
        });
      }
    },
  );

  it('has a health check for every service except the Collector, whose image has no program for one', () => {
    const unchecked = services
      .filter(([, { healthcheck, build }]) => !healthcheck && !build)
      .map(([name]) => name);
    expect(unchecked).toEqual(['collector']);
  });

  it.each(services)('%s uses networks, volumes, configs and files that exist', (name, service) => {
    expect(Object.keys(compose.networks)).toEqual(
      expect.arrayContaining([...namesByNetwork(name, service).keys()]),
    );
    for (const { source } of service.configs ?? []) {
      const { file = '' } = compose.configs[source] ?? {};
      expect([source, existsSync(join(root, 'docker', file))]).toEqual([source, true]);
    }
    for (const volume of service.volumes ?? []) {
      if (typeof volume === 'string') expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
      else
        expect([volume.source, existsSync(join(root, 'docker', volume.source))]).toEqual([
          volume.source,
          true,
        ]);
    }
  });

  it.each(PROFILES)(
    'in profile %s every URL in the environment names someone who listens there',
    (profile) => {
      const unanswered = servicesOf(profile).flatMap(([name, { environment }]) =>
        Object.entries(environment ?? {}).flatMap(([variable, value]) => {
          if (!/^(?:https?|postgres):\/\//.test(value) || value.startsWith('http://localhost')) return [];
          const { hostname, port } = new URL(value.replaceAll(/\$\{[^}]*\}/g, 'x'));
          const answers = resolve(profile, name, hostname);
          return answers && listening[answers]?.includes(Number(port))
            ? []
            : [`${name}: ${variable}=${value}`];
        }),
      );
      expect(unanswered).toEqual([]);
    },
  );

  it('publishes ports beyond loopback only with passwords from the user', () => {
    const lan = readYaml<{
      services: Record<string, { environment?: Record<string, string>; ports?: string[] }>;
    }>('docker/compose.lan.yaml');
    for (const { environment, ports } of Object.values(lan.services)) {
      for (const value of [...Object.values(environment ?? {}), ...(ports ?? [])]) {
        expect(value).toMatch(/\$\{\w+:\?|^(?:true|false)$/);
      }
    }
    // The override replaces each default password of the compose file.
    const fallback = services.flatMap(([name, { environment }]) =>
      Object.entries(environment ?? {}).flatMap(([key, value]) =>
        value.includes('only-inside-compose') ? [`${name} ${key}`] : [],
      ),
    );
    const overridden = Object.entries(lan.services).flatMap(([name, { environment }]) =>
      Object.keys(environment ?? {}).map((key) => `${name} ${key}`),
    );
    expect(overridden).toEqual(expect.arrayContaining(fallback));
    expect(lan.services.grafana?.environment).toMatchObject({ GF_AUTH_ANONYMOUS_ENABLED: 'false' });
  });
});
