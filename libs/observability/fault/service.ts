// The service of the fault test: a Nest application that writes numbered lines, and reports its memory and CPU.
import 'reflect-metadata';
import { setImmediate as turn } from 'node:timers/promises';
import { Controller, Get, Logger, Module, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

// eslint-disable-next-line no-restricted-syntax -- as an application has it, from its build
const { ObservabilityModule, TraceLogger } = await import('@lantern/observability');

let number = 0;

@Controller()
class WorkController {
  private readonly logger = new Logger('Work');

  /** One line here and the access line. Answers with the number of the line. */
  @Get('work')
  work(): { number: number } {
    this.logger.log('worked', { number: ++number });
    return { number };
  }

  /** Many lines, the event loop being free now and then. Answers with the number of the last one. */
  @Get('burst')
  async burst(@Query('lines') lines: string): Promise<{ number: number }> {
    for (let written = 0; written < Number(lines); written++) {
      this.logger.log('worked', { number: ++number, padding: 'x'.repeat(100) });
      if (written % 200 === 0) await turn();
    }
    // Waits until stdout is drained: unread output occupies memory that this test does not measure.
    await new Promise((resolve) => process.stdout.write('', resolve));
    return { number };
  }
}

@Module({ imports: [ObservabilityModule.forRoot({ logFormat: 'json' })], controllers: [WorkController] })
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { bufferLogs: true });
app.useLogger(app.get(TraceLogger));
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');

process.on('message', ({ type }: { type: string }) => {
  if (type === 'cpu') {
    process.send?.({ type, ...process.cpuUsage() });
  } else {
    globalThis.gc?.();
    process.send?.({ type, ...process.memoryUsage() });
  }
});
process.send?.({ type: 'ready', url: await app.getUrl() });
// The test ends this service by a signal, as in production. If the test's process is gone, no signal comes.
process.once('disconnect', () => process.exit());
