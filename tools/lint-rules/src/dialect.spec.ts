import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { dialectForEslint } from './dialect.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    { plugins: { '@typescript-eslint': tseslint.plugin } },
    {
      files: ['**/*.ts'],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { projectService: true, tsconfigRootDir: root },
      },
    },
    ...dialectForEslint,
  ] as never,
});

/** Lints a text in place of a file, which has to exist because some rules need types. */
const rulesBrokenBy = async (code: string, file = 'libs/otlp/src/index.ts'): Promise<(string | null)[]> => {
  const [result] = await eslint.lintText(code, { filePath: `${root}${file}` });
  return (result?.messages ?? []).map(({ ruleId }) => ruleId);
};

describe('the dialect', () => {
  it.each([
    ['function double(n: number) { return 2 * n; }', 'dialect/arrow-functions'],
    ['class Counter { #count = 0; }', 'dialect/private-keyword'],
    ['class Counter { static #start() {} }', 'dialect/private-keyword'],
    ['const f = (a: 1, b: 1, c: 1, d: 1, e: 1, g: 1, h: 1, i: 1) => [a, b, c, d, e, g, h, i];', 'max-params'],
    ['const maxSpans = 10;', '@typescript-eslint/naming-convention'],
    ['const WAIT_MS = 10;', '@typescript-eslint/naming-convention'],
    ['interface Options { readonly timeoutMs: number }', '@typescript-eslint/naming-convention'],
  ])('lint rejects %s', async (code, rule) => {
    expect(await rulesBrokenBy(code)).toEqual([rule]);
  });

  it.each([
    'const double = (n: number) => 2 * n;',
    'function* numbers() { yield 1; }',
    'function one(a: string): string; function one(a: number): number; function one(a: unknown) { return a; }',
    'function isText(a: unknown): asserts a is string { if (typeof a !== "string") throw a; }',
    'class Counter { private count = 0; constructor(private readonly step: number) {} }',
    'const MAX_SPANS = 10; const WAIT_MILLIS = 10; const limits = { spans: 10 };',
    'interface Answer { readonly latencyMs: number; readonly DRAIN_TIMEOUT_MS: number }',
  ])('lint accepts %s', async (code) => {
    expect(await rulesBrokenBy(code)).toEqual([]);
  });

  it('lint accepts constants of a suite in lower case', async () => {
    const suite = 'libs/otlp/src/trace/schema-coverage.spec.ts';
    expect(await rulesBrokenBy('const limit = 10;', suite)).toEqual([]);
  });
});
