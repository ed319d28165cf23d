import { project } from '../../jest.config.ts';

/** Applications with real databases and brokers beside them, which Debian's packages bring. Not part of `npm test`. */
export default project({ testMatch: ['<rootDir>/e2e/integrations/*.integration.ts'] });
