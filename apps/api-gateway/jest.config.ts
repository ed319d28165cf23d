import { project } from '../../jest.config.ts';

export default project({ setupFiles: ['<rootDir>/../../libs/service-platform/jest.setup.mjs'] });
