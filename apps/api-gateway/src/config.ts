import { configClass, milliseconds, serviceConfig, serviceUrl } from '@lantern/service-platform';

/** Environment variables of api-gateway. */
export class ApiGatewayConfig extends configClass(
  serviceConfig(8080).extend({
    USER_SERVICE_URL: serviceUrl('http://127.0.0.1:8001'),
    ORDER_SERVICE_URL: serviceUrl('http://127.0.0.1:8002'),
    DOWNSTREAM_TIMEOUT_MS: milliseconds(10_000),
  }),
) {}
