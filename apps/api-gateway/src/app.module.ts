import { Module } from '@nestjs/common';
import { OrdersController } from './orders/orders.controller.js';
import { ProxyModule } from './proxy/proxy.module.js';
import { UsersController } from './users/users.controller.js';

@Module({ imports: [ProxyModule], controllers: [UsersController, OrdersController] })
export class AppModule {}
