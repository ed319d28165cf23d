// The application that is measured: `node app.js fastify|express [library]`.
import 'reflect-metadata';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const [, , framework, tracing] = process.argv;

@Controller('users')
class UsersController {
  @Get(':id')
  find(@Param('id') id: string): { id: string; name: string } {
    return { id, name: 'Ada' };
  }
}

async function observability(): Promise<object[]> {
  if (tracing !== 'library') return [];
  // eslint-disable-next-line no-restricted-syntax -- measured as an application has it, and only where it has it
  const { ObservabilityModule } = await import('@lantern/observability');
  // Stock instrumentation writes no access log, so neither does this.
  return [ObservabilityModule.forRoot({ accessLog: false })];
}

async function adapter() {
  if (framework === 'express') {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  }
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return new FastifyAdapter();
}

@Module({ controllers: [UsersController] })
class AppModule {}

const imports = await observability();
const app = await NestFactory.create({ module: AppModule, imports } as never, await adapter(), {
  logger: false,
});
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
const { user, system } = process.cpuUsage();
process.send?.({
  type: 'ready',
  url: await app.getUrl(),
  cpuMicros: user + system,
  upMillis: performance.now(),
});
process.once('disconnect', () => process.exit());
