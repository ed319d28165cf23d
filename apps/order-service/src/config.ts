import { databaseConfig, milliseconds, serviceConfig, serviceUrl } from '@lantern/service-platform';
import type { z } from 'zod';

export const orderServiceConfig = serviceConfig(8002).extend({
  ...databaseConfig.shape,
  USER_SERVICE_URL: serviceUrl('http://127.0.0.1:8001'),
  USER_SERVICE_TIMEOUT_MS: milliseconds(3_000),
});

export type OrderServiceConfig = z.output<typeof orderServiceConfig>;
