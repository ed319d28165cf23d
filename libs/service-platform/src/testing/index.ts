export { ServiceProcess } from './service-process.js';
export { startTestService } from './start-test-service.js';

export type { Exit } from './service-process.js';
export type { ServiceUnderTest, TestService } from './start-test-service.js';
