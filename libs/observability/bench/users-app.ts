import 'reflect-metadata';
import { Controller, Get, type INestApplication, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Controller('users')
class UsersController {
  @Get(':id')
  find(@Param('id') id: string): { id: string; name: string } {
    return { id, name: 'Ada' };
  }
}

@Module({ controllers: [UsersController] })
class UsersModule {}

/** Starts the application that is measured, with the library's module where it is the library that is measured. */
export const startUsersApp = async (
  framework: string | undefined,
  isObserved: boolean,
): Promise<INestApplication> => {
  const imports = isObserved ? await observability() : [];
  const app = await NestFactory.create({ module: UsersModule, imports } as never, await adapter(framework), {
    logger: false,
  });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  return app;
};

export const observability = async (): Promise<object[]> => {
  // eslint-disable-next-line no-restricted-syntax -- measured as an application has it, and only where it has it
  const { ObservabilityModule } = await import('@lantern/observability');
  // Stock instrumentation writes no access log, so neither does this.
  return [ObservabilityModule.forRoot({ accessLog: false })];
};

const adapter = async (framework: string | undefined) => {
  if (framework === 'express') {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  }
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return new FastifyAdapter();
};
