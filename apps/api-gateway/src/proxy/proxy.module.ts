import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { downstreamHttpOptions } from '@lantern/service-platform';
import { ProxyService } from './proxy.service.js';

@Module({
  imports: [HttpModule.register(downstreamHttpOptions())],
  providers: [ProxyService],
  exports: [ProxyService],
})
export class ProxyModule {}
