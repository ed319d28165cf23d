import { project } from '../../jest.config.ts';

/** The package as it is published, installed by npm. */
export default project({ testMatch: ['<rootDir>/e2e/**/*.e2e.ts'] });
