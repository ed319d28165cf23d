import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { importRules, importRulesForEslint } from './import-rules.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// Only the import rules, on the real file patterns: type-aware rules need existing files.
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser } },
    ...importRulesForEslint,
  ] as never,
});

const messagesFor = async (file: string, code: string): Promise<string[]> => {
  const [result] = await eslint.lintText(code, { filePath: `${root}${file}` });
  return (result?.messages ?? []).map(({ message }) => message);
};

/** Parses the table "The projects" of docs/architecture.md: project folder and allowed imports. */
const documentedRules = (): Map<string, string[]> => {
  const rows = new Map<string, string[]>();
  const table = readFileSync(`${root}docs/architecture.md`, 'utf8')
    .split('## The projects')[1]
    ?.split('\n## ')[0];
  for (const line of table?.split('\n') ?? []) {
    const [, projects = '', , may = ''] = line.split('|').map((cell) => cell.trim());
    const imports = [...may.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    for (const [, project = ''] of projects.matchAll(/`([^`]+)`/g)) rows.set(project, imports);
  }
  return rows;
};

describe('the import rules', () => {
  it('equal the table of docs/architecture.md', () => {
    const rules = new Map(importRules.map(({ from, may }) => [from, may]));
    const documented = documentedRules();
    for (const [project, may] of documented)
      expect([project, may.toSorted()]).toEqual([project, rules.get(project)?.toSorted()]);
    expect([...documented.keys()].sort()).toEqual([...rules.keys()].sort());
  });

  it('cover every project of the workspace', () => {
    const projects = globSync('{apps,libs,tools}/*/package.json', { cwd: root }).map((path) => dirname(path));
    expect(importRules.map(({ from }) => from).sort()).toEqual(projects.sort());
  });

  it('reject, in each project, a package of the workspace that is not on its list, and print the reason', async () => {
    const everyPackage = importRules.map(({ from }) => from.split('/').at(-1));
    for (const rule of importRules) {
      const own = rule.from.split('/').at(-1);
      const forbidden = everyPackage.filter(
        (name) => name !== own && !rule.may.some((allowed) => allowed.split('/')[0] === name),
      );
      expect(forbidden.length).toBeGreaterThan(0);
      for (const name of forbidden) {
        const file = `${rule.from}/src/violation.ts`;
        const static_ = await messagesFor(file, `import { x } from '@lantern/${String(name)}';`);
        expect(static_.join()).toContain(rule.because);
        const dynamic = await messagesFor(file, `await import('@lantern/${String(name)}');`);
        expect(dynamic).toEqual([rule.because]);
      }
    }
  });

  it('reject external packages that would tie a project to the wrong platform', async () => {
    for (const rule of importRules) {
      for (const pattern of rule.never ?? []) {
        const specifier = pattern.replace('*', 'anything');
        const messages = await messagesFor(`${rule.from}/src/violation.ts`, `import '${specifier}';`);
        expect(messages.join()).toContain(rule.because);
      }
    }
  });

  it('reject the import of an app in every project', async () => {
    const messages = await messagesFor(
      'apps/order-service/src/orders/violation.ts',
      `export { x } from '@lantern/user-service';`,
    );
    expect(messages).toHaveLength(1);
  });

  it.each([
    ['apps/order-service/src/orders/x.ts', '../../../user-service/src/users/users.service.js'],
    ['apps/order-service/src/orders/x.ts', '../../../../libs/otlp/src/index.js'],
    ['apps/order-service/src/x.ts', '../dist/main.js'],
    ['libs/telemetry-store/bench/x.ts', '../../otlp/src/span.js'],
    ['libs/telemetry-store/bench/x.ts', '../../otlp/bench/workload.js'],
  ])("refuse a way from %s into another project's inside, or a build output: %s", async (file, specifier) => {
    for (const code of [
      `import '${specifier}';`,
      `export * from '${specifier}';`,
      `await import('${specifier}');`,
    ])
      expect((await messagesFor(file, code)).join()).toContain('by its package name');
  });

  it("apply to benchmarks, which may import their own project's source", async () => {
    const file = 'libs/telemetry-store/bench/x.ts';
    expect(await messagesFor(file, `import { a } from '../src/trace-store.js';`)).toEqual([]);
    expect(await messagesFor(file, `import { a } from '@lantern/lantern';`)).toHaveLength(1);
  });

  it("reject the import of a project's own entry point", async () => {
    const messages = await messagesFor('libs/otlp/src/x.ts', `import '@lantern/otlp';`);
    expect(messages.join()).toContain('never its own entry point');
  });

  it('reject Node modules in browser code, but not in its tests', async () => {
    const code = `import { readFileSync } from 'node:fs';`;
    expect(await messagesFor('apps/lantern-ui/src/pages/x.ts', code)).toHaveLength(1);
    expect(await messagesFor('apps/lantern-ui/src/pages/x.spec.ts', code)).toEqual([]);
  });

  it.each([
    ['apps/order-service/src/x.ts', `import { Span } from '@lantern/observability';`],
    ['apps/order-service/src/x.ts', `import { openDatabase } from '@lantern/service-platform/database';`],
    ['apps/lantern-ui/src/x.ts', `import { parse } from '@lantern/otlp/json';`],
    ['libs/telemetry-model/src/x.ts', `import { parseTraceId } from './ids.js';`],
  ])('allow what is on the list: %s %s', async (file, code) => {
    expect(await messagesFor(file, code)).toEqual([]);
  });
});
