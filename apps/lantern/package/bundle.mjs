// Bundles Lantern: `node package/bundle.mjs` writes the code of this workspace to dist/main.js, and dependencies from npm stay
// outside. A process that loads ten files instead of five hundred starts in three quarters of the time. Parts that only some
// starts need (the commands, the rules, PromQL, the analysis of traces) are files of their own, loaded by `import()`.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const app = new URL('../', import.meta.url);

/**
 * Writes the bundle, and returns its files.
 *
 * @param {URL} dir
 * @param {{ entry: string, isExternal?: (id: string) => boolean }} options
 */
export const bundleLantern = async (dir, { entry, isExternal = () => false }) => {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('src/main.ts', app)),
    platform: 'node',
    external: isExternal,
    // In addition to these, the condition `import` or `require` applies, depending on the import.
    resolve: { conditionNames: ['@lantern/source', 'node', 'default'] },
    onLog: (level, log, handle) => {
      // An unresolved import would fail at run time, so it fails the build. Other warnings concern the dependencies only.
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
      if (level === 'error') handle(level, log);
    },
  });
  const { output } = await bundle.write({
    dir: fileURLToPath(dir),
    format: 'esm',
    entryFileNames: entry,
    chunkFileNames: '[name].js',
    comments: false,
    // Names and lines stay: a stack trace in a bug report should have them. V8 keeps the text of a file that is
    // all ASCII in half of the memory.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
  });
  await bundle.close();
  return output;
};

/** Tells a package of npm, or a module of Node, from the code of this workspace. */
const isFromNpm = (id) => !/^[./]/.test(id) && !id.startsWith('@lantern/');

if (import.meta.main) {
  const dist = new URL('dist/', app);
  rmSync(dist, { recursive: true, force: true });
  await bundleLantern(dist, { entry: 'main.js', isExternal: isFromNpm });
}
