import { configClass, databaseConfig, serviceConfig } from '@lantern/service-platform';

/** Environment variables of user-service. */
export class UserServiceConfig extends configClass(serviceConfig(8001).extend(databaseConfig.shape)) {}
