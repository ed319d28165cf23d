import type { Service } from '@lantern/service-platform';
import { AppModule } from './app.module.js';
import { type OrderServiceConfig, orderServiceConfig } from './config.js';

export const orderService: Service<OrderServiceConfig> = {
  name: 'order-service',
  description: 'The orders of the shop.',
  config: orderServiceConfig,
  module: AppModule,
};
