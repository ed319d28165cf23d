import { project } from '../../jest.config.ts';

/** Trace tests beside an installed Jaeger: the files that `nx e2e` runs on Lantern, unchanged. */
const TRACE_TESTS = [
  'dependencies',
  'failed-payment',
  'find-trace',
  'order',
  'propagation',
  'python-service',
  'refused-orders',
  'slow-order',
  'traces-and-logs',
];

export default project({
  testMatch: TRACE_TESTS.map((name) => `<rootDir>/src/${name}.e2e.ts`),
  globalSetup: '<rootDir>/src/rig/start-with-jaeger.ts',
  globalTeardown: '<rootDir>/src/rig/stop-system.ts',
  maxWorkers: 1,
});
