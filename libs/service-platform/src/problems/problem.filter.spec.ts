import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  BadRequestException,
  Body,
  Controller,
  type DynamicModule,
  ForbiddenException,
  Get,
  Module,
  Post,
  ServiceUnavailableException,
} from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsInt, ValidateNested } from 'class-validator';
import { ObservabilityModule } from '@lantern/observability';
import { configClass } from '../config/config-class.js';
import { serviceConfig, type ServiceConfig } from '../config/service-config.js';
import { ServiceModule } from '../service.module.js';
import { startTestService, type TestService } from '../testing/start-test-service.js';
import { ProblemType } from './problem-type.js';

class Size {
  @IsInt()
  'width/cm~'!: number;
}

class Parcel {
  @ValidateNested()
  @Type(() => Size)
  size!: Size;
}

const soldOut = new ProblemType('sold-out', 409, 'Sold out');

@Controller()
class FailingController {
  @Get('sold-out')
  soldOut(): never {
    throw soldOut.occurred('The last laptop is gone.', { cause: new Error('secret') });
  }
  @Get('forbidden')
  forbidden(): never {
    throw new ForbiddenException();
  }
  @Get('bad')
  bad(): never {
    throw new BadRequestException('That was wrong.');
  }
  @Get('unavailable')
  unavailable(): never {
    throw new ServiceUnavailableException('db-7.internal refused user shop');
  }
  @Get('broken')
  broken(): never {
    throw new TypeError("Cannot read properties of undefined (reading 'secret')");
  }
  @Get('nothing')
  nothing(): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- other people's code does
    throw undefined;
  }
  @Post('parcels')
  parcel(@Body() parcel: Parcel): Parcel {
    return parcel;
  }
}

@Module({})
class FailingModule {
  static forRoot(config: ServiceConfig): DynamicModule {
    return {
      module: FailingModule,
      imports: [ObservabilityModule.forRoot(), ServiceModule.forRoot(config)],
      controllers: [FailingController],
    };
  }
}

const failingService = { module: FailingModule, config: configClass(serviceConfig(0)) };

describe('problem details', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService(failingService, { MAX_BODY_BYTES: '1000' });
  });
  afterAll(() => service.close());

  const problemOf = async (path: string, init?: RequestInit) => {
    const response = await fetch(service.url + path, init);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await response.json()) as Record<string, unknown>;
    expect(problem.status).toBe(response.status);
    return problem;
  };
  const post = (body: string, contentType = 'application/json') =>
    problemOf('/parcels', { method: 'POST', headers: { 'content-type': contentType }, body });

  it('Problem details contain type, title and detail of an expected problem', async () => {
    expect(await problemOf('/sold-out?token=secret')).toEqual({
      type: 'urn:lantern:problem:sold-out',
      title: 'Sold out',
      status: 409,
      detail: 'The last laptop is gone.',
      instance: '/sold-out',
    });
  });

  it.each([
    ['/forbidden', 403, 'Forbidden', 'Forbidden'],
    ['/bad', 400, 'Bad Request', 'That was wrong.'],
    ['/nowhere', 404, 'Not Found', 'Cannot GET /nowhere'],
  ])(
    'Problem details are about:blank for the plain HTTP error of %s',
    async (instance, status, title, detail) => {
      expect(await problemOf(instance)).toEqual({ type: 'about:blank', title, status, detail, instance });
    },
  );

  it.each([
    ['/broken', 500, 'Something went wrong here. It has been logged under the trace id.'],
    ['/nothing', 500, 'Something went wrong here. It has been logged under the trace id.'],
    ['/unavailable', 503, 'Service Unavailable.'],
  ])('Problem details contain no internals if %s fails', async (path, status, detail) => {
    expect(await problemOf(path)).toMatchObject({ type: 'about:blank', status, detail });
  });

  it('Problem details contain JSON pointers to the invalid fields of a body', async () => {
    expect(await post('{"size":{"width/cm~":"wide"},"__proto__x":1}')).toMatchObject({
      type: 'urn:lantern:problem:invalid-request',
      status: 400,
      detail: 'The body has 2 invalid fields.',
      errors: expect.arrayContaining([
        { pointer: '#/size/width~1cm~0', detail: 'width/cm~ must be an integer number' },
        { pointer: '#/__proto__x', detail: 'property __proto__x should not exist' },
      ]),
    });
  });

  it.each([
    ['is broken JSON', '{"size":', 400, 'The body is not valid JSON.'],
    ['is empty', '', 400, 'The body is not valid JSON.'],
    ['poisons a prototype', '{"__proto__":{"admin":true}}', 400, 'The body is not valid JSON.'],
    [
      'is larger than allowed',
      JSON.stringify('x'.repeat(1000)),
      413,
      'The body is larger than this service accepts.',
    ],
  ])('Problem details are the response to a body that %s', async (_what, body, status, detail) => {
    expect(await post(body)).toMatchObject({ type: 'about:blank', status, detail, instance: '/parcels' });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'Problem details with 415 are the response to a body of type %s',
    async (contentType) => {
      expect(await post('x', contentType)).toMatchObject({
        status: 415,
        detail: 'The body must be application/json.',
      });
    },
  );

  it.each([
    ['a path that cannot be decoded', 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    ['a head without end', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('Problem details are the response to %s', async (_what, bytes, status) => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(bytes);
    const answer = await text(socket);

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      type: 'about:blank',
      status,
    });
  });
});
