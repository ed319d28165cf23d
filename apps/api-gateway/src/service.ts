import type { Service } from '@lantern/service-platform';
import { AppModule } from './app.module.js';
import { type ApiGatewayConfig, apiGatewayConfig } from './config.js';

export const apiGateway: Service<ApiGatewayConfig> = {
  name: 'api-gateway',
  description: 'The public edge of the shop: users and orders.',
  config: apiGatewayConfig,
  module: AppModule,
  // Handed on as they came; the service that owns them says what is wrong with them.
  jsonBody: 'bytes',
};
