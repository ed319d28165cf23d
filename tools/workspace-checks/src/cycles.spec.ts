import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

const isSource = (file: string): boolean =>
  !/\.(?:spec|e2e|verify)\.tsx?$|(?:^|\/)(?:testing|contract)\//.test(file);

/** Matches imports that exist at run time: the clause, and the relative path. */
const IMPORT = /^(?:import|export)\b(?!\s+type\b)([^;]*?)\bfrom\s+'(\.[^']+)'|\bimport\(?\s*'(\.[^']+)'/gm;

/** Whether a clause such as `{ type Span }` names types alone. */
const hasTypesAlone = (clause: string): boolean =>
  /^\s*\{/.test(clause) && clause.split(/[{},]/).every((name) => /^\s*(?:type\b.*)?$/s.test(name));

/** Returns the sources of a project, and what each imports within the project. */
const importsOf = (project: string): Graph => {
  const folder = join(root, project, 'src');
  const files = globSync('**/*.{ts,tsx}', { cwd: folder }).filter(isSource);
  const sources = new Set(files);
  const targetsOf = (file: string): string[] =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(IMPORT)].flatMap(
      ([, clause = '', from, dynamic]) => {
        const path = normalize(join(dirname(file), from ?? dynamic ?? '')).replace(/\.js$/, '');
        const target = [`${path}.ts`, `${path}.tsx`].find((name) => sources.has(name));
        return target === undefined || hasTypesAlone(clause) ? [] : [target];
      },
    );
  return new Map(files.map((file) => [file, new Set(targetsOf(file))]));
};

/** Returns, for each folder, the imports between its sub-folders. A folder and what lies in it are one. */
const foldersOf = (files: Graph): Graph[] => {
  const levels = new Map<string, Map<string, Set<string>>>();
  for (const [file, targets] of files) {
    for (const target of targets) {
      const [from, to] = [file.split('/'), target.split('/')];
      const shared = from.findIndex((part, index) => part !== to[index]);
      if (shared >= from.length - 1 || shared >= to.length - 1) continue;
      const parent = from.slice(0, shared).join('/');
      const level = levels.get(parent) ?? new Map<string, Set<string>>();
      levels.set(parent, level);
      const folder = from.slice(0, shared + 1).join('/');
      level.set(folder, (level.get(folder) ?? new Set()).add(to.slice(0, shared + 1).join('/')));
    }
  }
  return [...levels.values()];
};

/** Returns the first cycle as a path, or undefined. */
const cycleIn = (graph: Graph): string[] | undefined => {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
};

const graphOf = (edges: Readonly<Record<string, readonly string[]>>): Graph =>
  new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));

describe('import cycles', () => {
  it.each(globSync('{apps,libs,tools}/*/src', { cwd: root }).sort())(
    'no file and no folder of %s imports itself through others',
    (folder) => {
      const files = importsOf(dirname(folder));
      expect([cycleIn(files), ...foldersOf(files).map(cycleIn)].filter(Boolean)).toEqual([]);
    },
  );

  it('a cycle of files is found', () => {
    expect(cycleIn(graphOf({ 'a.ts': ['b.ts'], 'b.ts': ['c.ts'], 'c.ts': ['b.ts'] }))).toEqual([
      'b.ts',
      'c.ts',
      'b.ts',
    ]);
  });

  it('a cycle of folders is found at any depth, and a folder may import what lies in it', () => {
    const files = graphOf({
      'query/server.ts': ['query/legacy/routes.ts'],
      'query/legacy/routes.ts': ['query/traces.ts'],
      'query/logs/read.ts': ['query/spans/read.ts'],
      'query/spans/read.ts': ['shared/text.ts'],
      'query/spans/link.ts': ['query/logs/link.ts'],
    });
    expect(foldersOf(files).map(cycleIn)).toEqual([['query/logs', 'query/spans', 'query/logs'], undefined]);
  });
});
