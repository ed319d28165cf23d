import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { roomRulesForEslint, rooms } from './room-rules.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser } },
    ...roomRulesForEslint,
  ] as never,
});

const messagesFor = async (file: string, code: string): Promise<string[]> => {
  const [result] = await eslint.lintText(code, { filePath: `${root}${file}` });
  return (result?.messages ?? []).map(({ message }) => message);
};

describe('the room rules', () => {
  it.each(rooms)('name exactly the folders of $of', ({ of, may }) => {
    const folders = new Set(
      globSync('*/**/*.ts', { cwd: `${root}${of}` }).map((path) => path.split('/')[0] ?? dirname(path)),
    );
    expect(Object.keys(may).sort()).toEqual([...folders].sort());
  });

  it.each(rooms)('of $of have no cycle', ({ may }) => {
    const reachable = (from: string, seen = new Set<string>()): Set<string> => {
      for (const next of may[from] ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        reachable(next, seen);
      }
      return seen;
    };
    for (const room of Object.keys(may)) expect([room, reachable(room).has(room)]).toEqual([room, false]);
  });

  it.each(rooms)('of $of reject an import of each room that is not on the list', async ({ of, may }) => {
    for (const [room, allowed] of Object.entries(may)) {
      for (const target of Object.keys(may)) {
        const messages = await messagesFor(`${of}/${room}/violation.ts`, `import '../${target}/x.js';`);
        const isAllowed = target === room || allowed.includes(target);
        expect([room, target, messages.length]).toEqual([room, target, isAllowed ? 0 : 1]);
      }
    }
  });

  it.each(rooms)(
    'of $of reject files at the root that are not shared, and folders without a rule',
    async ({ of, may, shared }) => {
      const [room = ''] = Object.keys(may);
      expect(await messagesFor(`${of}/${room}/violation.ts`, "import '../index.js';")).toHaveLength(1);
      for (const file of shared) {
        expect(await messagesFor(`${of}/${room}/violation.ts`, `import '../${file}.js';`)).toEqual([]);
      }
      expect(await messagesFor(`${of}/cellar/violation.ts`, "import './x.js';")).toHaveLength(1);
    },
  );
});
