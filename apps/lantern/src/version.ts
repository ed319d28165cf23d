import { createRequire } from 'node:module';

export const { version: LANTERN_VERSION } = createRequire(import.meta.url)('../package.json') as {
  version: string;
};
