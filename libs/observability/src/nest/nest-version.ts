import { load } from '../load.js';

const OLDEST = [11, 1] as const;

/** Returns the version of the application's Nest if it is older than the library supports; undefined otherwise. */
export const outdatedNestVersion = (version = installedVersion()): string | undefined => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor) ? version : undefined;
};

const installedVersion = (): string => (load('@nestjs/core/package.json') as { version: string }).version;
