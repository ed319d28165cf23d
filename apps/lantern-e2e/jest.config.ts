import { project } from '../../jest.config.ts';

export default project({ testMatch: ['<rootDir>/src/**/*.e2e.ts'], maxWorkers: 1, testTimeout: 60_000 });
