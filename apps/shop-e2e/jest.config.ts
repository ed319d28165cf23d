import { project } from '../../jest.config.ts';

export default project({
  testMatch: ['<rootDir>/src/**/*.e2e.ts'],
  globalSetup: '<rootDir>/src/rig/start-system.ts',
  globalTeardown: '<rootDir>/src/rig/stop-system.ts',
  // The suites share one system and count its requests.
  maxWorkers: 1,
});
