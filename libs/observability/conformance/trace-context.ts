// Runs the W3C's own tests of trace context against a service that uses this library, as it is built:
//
//   git clone https://github.com/w3c/trace-context && pip install aiohttp
//   TRACE_CONTEXT=<the clone> npx nx conformance @lantern/observability
//
// PYTHON names another interpreter, STRICT_LEVEL and SPEC_LEVEL another level than 2, the highest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
// eslint-disable-next-line no-restricted-imports -- the build, as a service has it, beside the same build registered
import { ObservabilityModule } from '@lantern/observability';

/** What the harness asks to be called, with what. */
interface Call {
  url: string;
  arguments: unknown;
}

@Controller()
class Harness {
  @Post('test')
  async test(@Body() calls: Call[]): Promise<string> {
    for (const { url, arguments: body } of calls) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
    }
    return 'called';
  }
}

@Module({ imports: [ObservabilityModule.forRoot({ accessLog: false })], controllers: [Harness] })
class App {}

const checkout = process.env.TRACE_CONTEXT;
if (checkout === undefined) {
  throw new Error('TRACE_CONTEXT must name a clone of https://github.com/w3c/trace-context');
}

const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
const tests = spawn(
  process.env.PYTHON ?? 'python3',
  [join(checkout, 'test/test.py'), `${await app.getUrl()}/test`, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { STRICT_LEVEL: '2', SPEC_LEVEL: '2', ...process.env } },
);
const [code] = (await once(tests, 'close')) as [number | null];
await app.close();
process.exitCode = code ?? 1;
