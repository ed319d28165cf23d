// Lets Node import this workspace's TypeScript without a build: resolves `./span.js` to `./span.ts`.
//
//   node --conditions=@lantern/source --experimental-transform-types --import ../../tools/source-modules.mjs bench/main.ts
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
      return nextResolve(specifier.replace(/\.js$/, '.ts'), context);
    }
    return nextResolve(specifier, context);
  },
});
