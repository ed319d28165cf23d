import { project } from '../../jest.config.ts';

export default project({
  testMatch: ['<rootDir>/src/**/*.verify.ts'],
  // Each suite starts programs that need the whole machine.
  maxWorkers: 1,
  testTimeout: 600_000,
});
