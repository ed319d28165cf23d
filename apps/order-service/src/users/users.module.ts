import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { downstreamHttpOptions } from '@lantern/service-platform';
import { UsersClient } from './users.client.js';

@Module({
  imports: [HttpModule.register(downstreamHttpOptions())],
  providers: [UsersClient],
  exports: [UsersClient],
})
export class UsersModule {}
