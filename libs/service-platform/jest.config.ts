import { project } from '../../jest.config.ts';

export default project({ setupFiles: ['<rootDir>/jest.setup.mjs'] });
