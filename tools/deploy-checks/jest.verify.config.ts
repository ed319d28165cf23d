import { project } from '../../jest.config.ts';

export default project({
  testMatch: ['<rootDir>/src/**/*.verify.ts'],
  // Each starts programs that want the machine for themselves.
  maxWorkers: 1,
  testTimeout: 600_000,
});
