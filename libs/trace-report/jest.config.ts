import { project } from '../../jest.config.ts';

export default project();
