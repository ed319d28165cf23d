// Builds the package for both module systems: `dist/esm` and `dist/cjs`, each with its declarations. The libraries of this
// workspace become part of the scripts, because they are not published.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const entries = ['index', 'jest', 'vitest', 'playwright', 'global-setup', 'global-teardown'];

rmSync(path('dist'), { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, path(`src/${name}.ts`)])),
  platform: 'node',
  external: [/^node:/, '@jest/globals', '@playwright/test', 'vitest'],
  resolve: { conditionNames: ['@lantern/source', 'node', 'default'] },
  onLog: (level, log, handle) => {
    if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    handle(level, log);
  },
});
for (const format of ['esm', 'cjs']) {
  await bundle.write({
    dir: path(`dist/${format}`),
    format,
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    sourcemap: false,
  });
}
await bundle.close();

execFileSync(process.execPath, [path('../../tools/typecheck.mjs'), 'tsconfig.build.json'], {
  cwd: path('.'),
  stdio: 'inherit',
});
// Below this manifest Node and TypeScript read the same file names as CommonJS.
cpSync(path('dist/esm'), path('dist/cjs'), { recursive: true, filter: (file) => !file.endsWith('.js') });
writeFileSync(path('dist/cjs/package.json'), '{ "type": "commonjs" }\n');
