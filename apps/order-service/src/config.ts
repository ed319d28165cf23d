import {
  configClass,
  databaseConfig,
  milliseconds,
  serviceConfig,
  serviceUrl,
} from '@lantern/service-platform';

/** Environment variables of order-service. */
export class OrderServiceConfig extends configClass(
  serviceConfig(8002).extend({
    ...databaseConfig.shape,
    USER_SERVICE_URL: serviceUrl('http://127.0.0.1:8001'),
    USER_SERVICE_TIMEOUT_MS: milliseconds(3_000),
  }),
) {}
