import { setTimeout as pause } from 'node:timers/promises';
import {
  type ArgumentsHost,
  BadRequestException,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  Injectable,
  Module,
  Param,
  ParseIntPipe,
  type PipeTransform,
  Query,
  Scope,
  UseFilters,
  UseGuards,
  type INestApplication,
  type Type,
  mixin,
} from '@nestjs/common';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, of } from 'rxjs';
import { adapters, startApp } from '../../test/nest-app.js';
import { ObservabilityModule } from '../index.js';
import { startTestTelemetry } from '../testing/index.js';

class SignedIn implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

class Closed implements CanActivate {
  canActivate(): Observable<boolean> {
    return of(true, false);
  }
}

class Slow implements CanActivate {
  async canActivate(): Promise<boolean> {
    await pause(5);
    return true;
  }
}

class Broken implements CanActivate {
  canActivate(): boolean {
    throw new Error('the authority is away');
  }
}

// As `AuthGuard('jwt')` of @nestjs/passport makes its class.
const AuthenticatedBy = (_strategy: string): Type<CanActivate> => {
  class MixinAuthGuard implements CanActivate {
    canActivate(): boolean {
      return true;
    }
  }
  return mixin(MixinAuthGuard);
};

@Injectable({ scope: Scope.REQUEST })
class PerRequest implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Injectable()
class KnownColour implements PipeTransform<string> {
  async transform(value: string): Promise<string> {
    await Promise.resolve();
    if (value === 'beige') throw new BadRequestException('no such colour');
    return value;
  }
}

@Catch(BadRequestException)
class Teapot implements ExceptionFilter {
  catch(_error: HttpException, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<{ status: (code: number) => { send: (body: string) => void } }>()
      .status(418)
      .send('');
  }
}

@Controller()
class Shop {
  @Get('open')
  open() {
    return 'open';
  }
  @Get('mine')
  @UseGuards(SignedIn, Slow, PerRequest)
  mine() {
    return 'mine';
  }
  @Get('authenticated')
  @UseGuards(AuthenticatedBy('jwt'))
  authenticated() {
    return 'authenticated';
  }
  @Get('closed')
  @UseGuards(SignedIn, Closed)
  closed() {
    return 'never';
  }
  @Get('broken')
  @UseGuards(Broken)
  broken() {
    return 'never';
  }
  @Get('items/:id')
  item(@Param('id', ParseIntPipe) id: number, @Query('colour', KnownColour) colour: string) {
    return { id, colour };
  }
  @Get('teapots/:id')
  @UseFilters(Teapot)
  teapot(@Param('id', new ParseIntPipe()) id: number) {
    return { id };
  }
}

@Module({
  imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })],
  controllers: [Shop],
  providers: [KnownColour],
})
class App {}

interface EnhancerEvent {
  name: string;
  'nestjs.name': string;
  'nestjs.outcome': string;
  'nestjs.duration_ms': number;
}

// On a busy machine what is quick may take a millisecond too, and leave an event then.
const remarkable = (events: EnhancerEvent[]) =>
  events.filter((event) => event['nestjs.outcome'] !== 'passed');

const telemetry = startTestTelemetry();

describe.each(adapters)('on %s the server span tells', (_name, adapter) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    ({ app, url } = await startApp(App, adapter));
  });
  afterAll(() => app.close());
  beforeEach(() => telemetry.reset());

  const get = async (path: string) => {
    const { status, body } = await context.with(suppressTracing(context.active()), async () => {
      const response = await fetch(`${url}${path}`);
      return { status: response.status, body: await response.text() };
    });
    const [span] = await telemetry.waitForSpans(1);
    if (!span) throw new Error('no span');
    const events = span.events
      .filter(({ name }) => name.startsWith('nestjs.'))
      .map(({ name, attributes }) => ({ name, ...attributes }) as EnhancerEvent);
    return { status, body, span, events };
  };

  it('A server span has no enhancers if none took part', async () => {
    const { span, events } = await get('/open');
    expect(events).toEqual([]);
    expect(Object.keys(span.attributes).filter((key) => key.startsWith('nestjs.'))).toEqual([]);
  });

  it('A server span names the guards of its handler, and the slow ones among those that passed', async () => {
    const { status, span, events } = await get('/mine');
    expect(status).toBe(200);
    expect(span.attributes['nestjs.guards']).toEqual(['SignedIn', 'Slow', 'PerRequest']);
    expect(events.find((event) => event['nestjs.name'] === 'Slow')).toMatchObject({
      name: 'nestjs.guard',
      'nestjs.outcome': 'passed',
    });
    for (const event of events) expect(event['nestjs.duration_ms']).toBeGreaterThanOrEqual(1);
  });

  it('A server span names a guard of a mixin by its class name in the source', async () => {
    const { span } = await get('/authenticated');
    expect(span.attributes['nestjs.guards']).toEqual(['MixinAuthGuard']);
  });

  it('A server span names the guard that rejected the request by the last value of its Observable', async () => {
    const { status, events } = await get('/closed');
    expect(status).toBe(403);
    expect(remarkable(events)).toMatchObject([{ 'nestjs.name': 'Closed', 'nestjs.outcome': 'refused' }]);
  });

  it('A server span names the guard that threw', async () => {
    const { status, events } = await get('/broken');
    expect(status).toBe(500);
    expect(remarkable(events)).toMatchObject([{ 'nestjs.name': 'Broken', 'nestjs.outcome': 'failed' }]);
  });

  it.each([
    ['/items/one?colour=red', 'ParseIntPipe', 'param id'],
    ['/items/1?colour=beige', 'KnownColour', 'query colour'],
  ])('A server span names the pipe that rejected %s, and the parameter', async (path, name, parameter) => {
    const { status, events } = await get(path);
    expect(status).toBe(400);
    expect(remarkable(events)).toMatchObject([
      {
        name: 'nestjs.pipe',
        'nestjs.name': name,
        'nestjs.parameter': parameter,
        'nestjs.outcome': 'refused',
      },
    ]);
  });

  it('A server span names no pipe that passed, and the handler gets the pipe’s values', async () => {
    const { body, events } = await get('/items/1?colour=red');
    expect(JSON.parse(body)).toEqual({ id: 1, colour: 'red' });
    expect(remarkable(events)).toEqual([]);
  });

  it('A server span names the exception filter that responded', async () => {
    const { status, span } = await get('/teapots/one');
    expect(status).toBe(418);
    expect(span.attributes['nestjs.exception_filter']).toBe('Teapot');
  });
});

describe('requests that are not recorded', () => {
  it('Guards run for requests that are not recorded', async () => {
    startTestTelemetry({ OTEL_TRACES_SAMPLER: 'always_off' });
    const { app, url } = await startApp(App);
    const statuses = await Promise.all(
      ['/mine', '/closed', '/items/one?colour=red', '/teapots/one'].map(
        async (path) => (await fetch(`${url}${path}`)).status,
      ),
    );
    await app.close();
    expect(statuses).toEqual([200, 403, 400, 418]);
    expect(telemetry.spans()).toEqual([]);
  });
});
