// Progress lines of long steps, so that a slow machine does not look like a hang. Runs on older versions of Node: no
// dependency, no syntax beyond Node 20.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INTERVAL_MILLIS = 10_000;

/**
 * Prints the elapsed time and the state of a step at an interval. Returns a function that stops it.
 *
 * @param describe Returns the current state, such as "3 projects built".
 */
export const reportProgress = (
  describe,
  { intervalMillis = INTERVAL_MILLIS, write = (line) => console.log(line) } = {},
) => {
  const started = Date.now();
  const timer = setInterval(() => {
    write(`  ${Math.round((Date.now() - started) / 1000)} s: ${describe()}`);
  }, intervalMillis);
  return () => clearInterval(timer);
};

/** Returns a function that counts the packages of package-lock.json whose folder exists. */
export const installedPackages = (root) => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const paths = Object.keys(packages).filter((path) => path.startsWith('node_modules/'));
  return () => {
    const count = paths.filter((path) => existsSync(join(root, path))).length;
    return `${count} of ${paths.length} packages unpacked`;
  };
};
