import { project } from '../../jest.config.ts';

/** Comparisons with other backends, where these are installed. */
export default project({ testMatch: ['<rootDir>/src/*.verify.ts'] });
