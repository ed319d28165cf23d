import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

const manifests = globSync(['package.json', '{apps,libs,tools}/*/package.json'], { cwd: root })
  .sort()
  .map((path) => ({ path, manifest: JSON.parse(readFileSync(root + path, 'utf8')) as Manifest }));

/** Packages that users install from the registry. Every other package is private. */
const PUBLISHED = ['@lantern/observability', '@lantern/trace-testing'];

const EXACT_VERSION = /^(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;

describe('the manifests of the workspace', () => {
  it.each(manifests)('$path can be published only if users install the package', ({ manifest }) => {
    expect(manifest.private ?? false).toBe(!PUBLISHED.includes(manifest.name));
  });

  it.each(manifests)('$path describes its project in one sentence', ({ manifest }) => {
    expect(manifest.description).toMatch(/^[A-Z].+/);
  });

  it.each(manifests)('$path lists its dependencies in order, each once', ({ manifest }) => {
    const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = manifest;
    const groups = [dependencies, devDependencies, optionalDependencies].map((group) => Object.keys(group));
    for (const names of groups) expect(names).toEqual(names.toSorted());
    const all = groups.flat();
    expect(all).toHaveLength(new Set(all).size);
  });

  it.each(manifests)('$path names exact versions', ({ manifest }) => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(versions.filter(([, version]) => !EXACT_VERSION.test(version))).toEqual([]);
  });

  it('agree on one version of each package', () => {
    const byName = new Map<string, Set<string>>();
    for (const { manifest } of manifests) {
      const { dependencies, devDependencies, optionalDependencies } = manifest;
      for (const [name, version] of Object.entries({
        ...dependencies,
        ...devDependencies,
        ...optionalDependencies,
      }))
        byName.set(name, (byName.get(name) ?? new Set()).add(version));
    }
    expect([...byName].filter(([, versions]) => versions.size > 1)).toEqual([]);
  });
});
