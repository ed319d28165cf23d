import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Injectable,
  Module,
  Post,
  UploadedFile,
  UseFilters,
  UseInterceptors,
} from '@nestjs/common';
import { ExpressAdapter, FileInterceptor } from '@nestjs/platform-express';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapters, startApp } from '../test/nest-app.js';
import { ObservabilityModule, Span, Tracer, currentTraceId } from './index.js';
import { startTestTelemetry } from './testing/index.js';
import { spanLimits } from './tracing/span-limits.js';

/** Known failures of the stock packages that no other suite covers, and the list of all known failures. */

const telemetry = startTestTelemetry();
beforeEach(() => telemetry.reset());

const untraced = <T>(call: () => Promise<T>): Promise<T> =>
  context.with(suppressTracing(context.active()), call);

@Injectable()
class Storage {
  @Span('store')
  async store(bytes: number): Promise<number> {
    await Promise.resolve();
    return bytes;
  }
}

@Catch()
class TellTrace implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    const reply = host
      .switchToHttp()
      .getResponse<{ status: (code: number) => { send: (body: string) => void } }>();
    reply.status(418).send(currentTraceId() ?? 'no trace');
  }
}

@Controller()
class Shop {
  constructor(private readonly storage: Storage) {}

  @Post('files')
  @UseInterceptors(FileInterceptor('file'))
  upload(@UploadedFile() file: { size: number }) {
    return this.storage.store(file.size);
  }
}

@Controller()
class Teapots {
  @Get('teapot')
  @UseFilters(TellTrace)
  async teapot(): Promise<never> {
    await Promise.resolve();
    throw new Error('short and stout');
  }
}

const observability = ObservabilityModule.forRoot({ logLevel: 'fatal' });

@Module({ imports: [observability], controllers: [Shop], providers: [Storage] })
class ShopModule {}

@Module({ imports: [observability], controllers: [Teapots] })
class TeapotModule {}

it('The handler of an upload runs in the trace of its request', async () => {
  const { app, url } = await startApp(ShopModule, () => new ExpressAdapter());
  const body = new FormData();
  body.append('file', new Blob(['x'.repeat(100_000)]), 'large.txt');
  const size = await untraced(async () => (await fetch(`${url}/files`, { method: 'POST', body })).json());
  await telemetry.waitForSpans(2);
  await app.close();
  expect(size).toBe(100_000);
  expect(telemetry.tree()).toBe('POST /files [server]\n  store [internal]');
});

it.each(adapters)('An exception filter runs in the trace of its request on %s', async (_name, adapter) => {
  const { app, url } = await startApp(TeapotModule, adapter);
  const told = await untraced(async () => (await fetch(`${url}/teapot`)).text());
  const [span] = await telemetry.waitForSpans(1);
  await app.close();
  expect(told).toBe(span?.spanContext().traceId);
});

it('An attribute is truncated at 8192 characters', () => {
  expect(spanLimits({}).attributeValueLengthLimit).toBe(8192);
});

it('A test finds a span as soon as it has ended', () => {
  new Tracer().withSpan('work', () => undefined);
  expect(telemetry.tree()).toBe('work [internal]');
});

const library = fileURLToPath(new URL('..', import.meta.url));

/** Rows of the tables: fault of the stock packages, file of the test, name of the test. */
const rows = readFileSync(`${library}/docs/stock-faults.md`, 'utf8')
  .split('\n')
  .flatMap((line) => {
    const match = /^\|(.*)\| `([^`]+\.ts)` +\|(.*)\|$/.exec(line);
    return match ? [[match[1]?.trim() ?? '', match[2] ?? '', match[3]?.trim() ?? ''] as const] : [];
  });

describe('docs/stock-faults.md', () => {
  it('docs/stock-faults.md has a row for each fault', () => expect(rows.length).toBeGreaterThan(60));

  it('docs/stock-faults.md names tests that exist', () => {
    const missing = rows.filter(
      ([, file, title]) => !readFileSync(`${library}/${file}`, 'utf8').replaceAll('\\', '').includes(title),
    );
    expect(missing).toEqual([]);
  });
});
