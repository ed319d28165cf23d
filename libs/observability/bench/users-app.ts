import 'reflect-metadata';
import { Controller, Get, type INestApplication, Module, Param } from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';

@Controller('users')
class UsersController {
  @Get(':id')
  find(@Param('id') id: string): { id: string; name: string } {
    return { id, name: 'Ada' };
  }
}

@Module({ controllers: [UsersController] })
class UsersModule {}

/** How the application uses the library: without log lines, with access lines, or with the interceptor. */
export type Observation = 'library' | 'lines' | 'interceptor';

/** Starts the application that is measured, with the library's module where it is the library that is measured. */
export const startUsersApp = async (
  framework: string | undefined,
  observation: string | undefined,
): Promise<INestApplication> => {
  const observed = observation === undefined ? {} : await observability(observation as Observation);
  const app = await NestFactory.create(
    { module: UsersModule, ...observed } as never,
    await adapter(framework),
    {
      logger: false,
    },
  );
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  return app;
};

export const observability = async (observation: Observation): Promise<object> => {
  // eslint-disable-next-line no-restricted-syntax -- measured as an application has it, and only where it has it
  const { ObservabilityModule, TraceLoggerInterceptor } = await import('@lantern/observability');
  // Stock instrumentation writes no access log, so the plain comparison has none.
  return {
    imports: [ObservabilityModule.forRoot({ accessLog: observation !== 'library', logFormat: 'json' })],
    providers:
      observation === 'interceptor'
        ? [{ provide: APP_INTERCEPTOR, useExisting: TraceLoggerInterceptor }]
        : [],
  };
};

const adapter = async (framework: string | undefined) => {
  if (framework === 'express') {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  }
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return new FastifyAdapter();
};
