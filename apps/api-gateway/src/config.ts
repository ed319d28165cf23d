import { milliseconds, serviceConfig, serviceUrl } from '@lantern/service-platform';
import type { z } from 'zod';

export const apiGatewayConfig = serviceConfig(8080).extend({
  USER_SERVICE_URL: serviceUrl('http://127.0.0.1:8001'),
  ORDER_SERVICE_URL: serviceUrl('http://127.0.0.1:8002'),
  DOWNSTREAM_TIMEOUT_MS: milliseconds(10_000),
});

export type ApiGatewayConfig = z.output<typeof apiGatewayConfig>;
