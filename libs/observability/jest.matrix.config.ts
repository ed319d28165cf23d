import { project } from '../../jest.config.ts';

/** The package as it is published, in applications as Nest's own schematics make them. Takes minutes. */
export default project({ testMatch: ['<rootDir>/e2e/**/*.matrix.ts'] });
