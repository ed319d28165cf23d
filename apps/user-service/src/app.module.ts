import { Module } from '@nestjs/common';
import { DatabaseModule } from '@lantern/service-platform/database';
import { migrations } from './migrations.js';
import { UsersModule } from './users/users.module.js';

@Module({ imports: [DatabaseModule.forRoot({ service: 'user-service', migrations }), UsersModule] })
export class AppModule {}
