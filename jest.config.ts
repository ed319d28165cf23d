import { fileURLToPath } from 'node:url';

import type { Config } from 'jest';

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
  sandboxInjectedGlobals: [
    'Array',
    'Error',
    'Function',
    'JSON',
    'Map',
    'Math',
    'Number',
    'Object',
    'Promise',
    'Reflect',
    'Set',
    'String',
    'Symbol',
    'TypeError',
    'Uint8Array',
    'WeakMap',
  ],
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
