// Bundles the TypeScript of the project in the current folder as CommonJS: `node ../../tools/bundle.mjs [--watch]`.
// For packages that are published: `dist` is loaded by `require()` and `import` alike, in one instance, and by test runners
// that know no ES modules. Each entry point in package.json that names a file in `dist` becomes a file; what entry points
// share stands in `dist/shared`. Dependencies stay outside of the bundle.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { rolldown, watch } from 'rolldown';

const configFile = fileURLToPath(new URL('../.swcrc', import.meta.url));
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

/** Source of each entry point, by the name of its file in `dist`. */
const input = Object.fromEntries(
  Object.values(manifest.exports)
    .filter((entry) => entry.default?.startsWith('./dist/'))
    .map((entry) => [entry.default.slice('./dist/'.length).replace(/\.js$/, ''), entry['@lantern/source']]),
);

/** The compiler of all other projects, for decorators and their metadata. */
const swc = {
  name: 'swc',
  resolveId: (id, importer) =>
    id.startsWith('.') && importer !== undefined
      ? new URL(id.replace(/\.js$/, '.ts'), `file://${importer}`).pathname
      : undefined,
  transform: {
    filter: { id: /\.ts$/ },
    handler: async (code, id) => {
      const { code: compiled, map } = await transform(code, { filename: id, configFile, sourceMaps: true });
      return { code: compiled, map, moduleType: 'js' };
    },
  },
};

const options = {
  input,
  external: (id) => !/^[./]/.test(id),
  platform: 'node',
  plugins: [swc],
};
const output = {
  dir: 'dist',
  format: 'cjs',
  exports: 'named',
  chunkFileNames: 'shared/[name].js',
  sourcemap: true,
  // A test runner that knows no ES modules rejects `import()` as well.
  dynamicImportInCjs: false,
  keepNames: true,
};

const isWatching = process.argv.includes('--watch');
// A running service reads the former files until these are written.
if (!isWatching) rmSync('dist', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });
// The sources are ES modules, which the package.json above says of all that has no other beside it.
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
if (isWatching) {
  watch({ ...options, output });
} else {
  const bundle = await rolldown(options);
  await bundle.write(output);
}
