import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/** Origin of the APIs for the dev server. Built pages use the origin that served them. */
const LANTERN_URL = process.env.LANTERN_URL ?? 'http://127.0.0.1:16686';

/** Leaves the compressed form beside each script and style sheet, so that Lantern need not compress while it serves. */
const compressAssets = (): Plugin => ({
  name: 'compress-assets',
  apply: 'build',
  writeBundle: ({ dir = 'dist' }) => {
    const assets = join(dir, 'assets');
    for (const file of readdirSync(assets).filter((name) => /\.(?:js|css)$/.test(name))) {
      const path = join(assets, file);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  },
});

export default defineConfig({
  plugins: [react(), compressAssets()],
  // Libraries of this workspace come from their source, so that no build of theirs has to run first.
  resolve: { conditions: ['@lantern/source', ...defaultClientConditions] },
  server: { host: '127.0.0.1', proxy: { '/api': LANTERN_URL, '/loki': LANTERN_URL } },
  build: {
    // Browsers with `light-dark()` and `oklch()`, which the theme is written in.
    target: ['chrome125', 'firefox128', 'safari18'],
    // Lantern's content security policy allows no data: scripts or fonts; small assets stay files.
    assetsInlineLimit: 0,
  },
});
