/**
 * `globalSetup` of Jest, Vitest and Playwright: starts a Lantern on free ports and names it in the environment of the tests.
 * Does nothing when `LANTERN_URL` or `JAEGER_URL` names a running backend.
 */
import { startLantern, type RunningLantern } from './lantern/start-lantern.js';

/** Jest loads the teardown on its own, so the two share the process. */
const RUNNING = Symbol.for('@lantern/trace-testing: running Lantern');

const shared = globalThis as { [RUNNING]?: RunningLantern | undefined };

/** @returns the teardown, which Vitest and Playwright call; for Jest it is `@lantern/trace-testing/global-teardown` */
const setup = async (): Promise<() => Promise<void>> => {
  if ([process.env.LANTERN_URL, process.env.JAEGER_URL].every((url) => url === undefined || url === '')) {
    const lantern = await startLantern();
    shared[RUNNING] = lantern;
    // Workers, and the services that a later setup starts, inherit the environment.
    for (const [name, value] of Object.entries(lantern.env)) process.env[name] = value;
  }
  return stopLantern;
};

export const stopLantern = async (): Promise<void> => {
  const lantern = shared[RUNNING];
  shared[RUNNING] = undefined;
  await lantern?.stop();
};

export default setup;
