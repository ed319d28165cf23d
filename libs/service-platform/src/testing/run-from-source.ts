// Lets Node run the TypeScript of this workspace as it stands, for tests that need a real process and must not
// depend on a build: node --conditions=@lantern/source --import <this file> src/main.ts
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const configFile = fileURLToPath(new URL('../../../../.swcrc', import.meta.url));

registerHooks({
  // Sources name their siblings as they will be called after the build.
  resolve(specifier, context, next) {
    const isSibling = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return next(isSibling ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const { code } = transformFileSync(fileURLToPath(url), { configFile, sourceMaps: 'inline' });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
