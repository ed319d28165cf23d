import { createRequire } from 'node:module';

/**
 * Loads a module at once, where it is needed and not before. `node --require` cannot wait for an `import()`, and each
 * module that is not loaded shortens the start of a service.
 */
export const load = createRequire(import.meta.url);
