import type { Service } from '@lantern/service-platform';
import { AppModule } from './app.module.js';
import { userServiceConfig } from './config.js';

export const userService: Service = {
  name: 'user-service',
  description: 'The users of the shop.',
  config: userServiceConfig,
  module: AppModule,
};
