import { fileURLToPath } from 'node:url';

import type { Config } from 'jest';

/**
 * Built-in objects that each module of a suite binds to constants. Jest runs modules in a vm context, where an access to a
 * global calls an interceptor: a loop with `Math.imul` takes fifty times as long as in Node. Globals that suites replace,
 * such as `Date`, `fetch` and timers, are not among them.
 */
const BUILT_IN_OBJECTS = [
  ...[
    'Array',
    'BigInt',
    'DataView',
    'Error',
    'Float64Array',
    'Function',
    'Int32Array',
    'JSON',
    'Map',
    'Math',
  ],
  ...[
    'Number',
    'Object',
    'Promise',
    'Reflect',
    'Set',
    'String',
    'Symbol',
    'TypeError',
    'Uint8Array',
    'Uint32Array',
  ],
  'WeakMap',
];

/**
 * Returns the configuration that all suites share: SWC compiles TypeScript, modules are native ESM, and libraries of
 * this workspace are read from their source, so that no test sees a stale build.
 */
export const project = (overrides: Config = {}): Config => ({
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '^.+\\.tsx?$': [
      fileURLToPath(new URL('tools/jest-transform.mjs', import.meta.url)),
      {
        constants: BUILT_IN_OBJECTS,
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          parser: { syntax: 'typescript', tsx: false, decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
  extensionsToTreatAsEsm: ['.ts'],
  // The same for packages in CommonJS.
  sandboxInjectedGlobals: BUILT_IN_OBJECTS,
  // Sources name their siblings as Node will find them after the build: `./span.js` is `./span.ts` here.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^fast-check$': fileURLToPath(new URL('tools/seeded-fast-check.mjs', import.meta.url)),
  },
  testEnvironmentOptions: {
    customExportConditions: ['@lantern/source', 'node', 'node-addons', 'module-sync'],
  },
  // Limit for a test that hangs. A test asserts by itself what has to be quick, so that a busy machine is no failure.
  testTimeout: 120_000,
  ...overrides,
});

const config: Config = {
  projects: ['<rootDir>/{apps,libs,tools}/*/jest.config.ts'],
};

export default config;
