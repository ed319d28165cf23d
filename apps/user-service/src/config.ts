import { databaseConfig, serviceConfig } from '@lantern/service-platform';

export const userServiceConfig = serviceConfig(8001).extend(databaseConfig.shape);
