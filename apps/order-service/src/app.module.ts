import { Module } from '@nestjs/common';
import { DatabaseModule } from '@lantern/service-platform/database';
import { migrations } from './migrations.js';
import { OrdersModule } from './orders/orders.module.js';

@Module({ imports: [DatabaseModule.forRoot({ service: 'order-service', migrations }), OrdersModule] })
export class AppModule {}
