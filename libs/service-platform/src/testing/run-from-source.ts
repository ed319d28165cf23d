// Compiles the TypeScript of this workspace when Node imports it, for tests that need a real process without a build: node --conditions=@lantern/source --import <this file> src/main.ts
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const configFile = fileURLToPath(new URL('../../../../.swcrc', import.meta.url));

registerHooks({
  // Sources import their siblings by the names of the compiled files.
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
