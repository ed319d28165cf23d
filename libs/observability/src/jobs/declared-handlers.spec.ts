import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CommandHandler, CqrsModule, EventBus, EventsHandler } from '@nestjs/cqrs';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Interval, ScheduleModule, SchedulerRegistry, Timeout, Cron } from '@nestjs/schedule';
import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ObservabilityModule, Span, Tracer, currentTraceId } from '../index.js';
import { startTestTelemetry } from '../testing/index.js';

const telemetry = startTestTelemetry();
const tracer = new Tracer();

class PlaceOrder {
  readonly product = 'lamp';
}
class OrderPlaced {
  readonly product = 'lamp';
}

@CommandHandler(PlaceOrder)
class PlaceOrderHandler {
  constructor(private readonly events: EventBus) {}

  async execute(): Promise<string> {
    await Promise.resolve();
    this.events.publish(new OrderPlaced());
    return 'placed';
  }
}

@EventsHandler(OrderPlaced)
class OrderPlacedHandler {
  handle(): void {
    traces.push(currentTraceId());
  }
}

@Injectable()
class Listeners {
  @OnEvent('order.placed')
  notify(): void {
    throw new Error('the mail server is away');
  }

  @Span('own')
  @OnEvent('order.cancelled')
  cancel(): void {
    traces.push(currentTraceId());
  }
}

@Injectable()
class Jobs {
  @Cron('0 4 * * *', { name: 'nightly', timeZone: 'Europe/Berlin' })
  cleanUp(): Promise<void> {
    traces.push(currentTraceId());
    return new Promise((resolve) => waiting.push(resolve));
  }

  @Interval('poll', 3_600_000)
  poll(): void {
    throw new Error('nothing to poll');
  }

  @Timeout(3_600_000)
  later(): void {
    // Has only to be declared.
  }
}

@Module({
  imports: [
    ObservabilityModule.forRoot({ logLevel: 'fatal', metrics: false }),
    CqrsModule.forRoot(),
    EventEmitterModule.forRoot(),
    ScheduleModule.forRoot(),
  ],
  providers: [PlaceOrderHandler, OrderPlacedHandler, Listeners, Jobs],
})
class ShopModule {}

const traces: (string | undefined)[] = [];
const waiting: (() => void)[] = [];
let app: Awaited<ReturnType<typeof NestFactory.createApplicationContext>>;

beforeAll(async () => {
  app = await NestFactory.createApplicationContext(ShopModule, { logger: false });
});
afterAll(() => app.close());
beforeEach(() => {
  telemetry.reset();
  traces.length = 0;
});

describe('a handler of @nestjs/cqrs', () => {
  it('is a span in the trace of the request that sent the command or published the event', async () => {
    const trace = await tracer.withSpan('request', async () => {
      await app.get(CommandBus).execute(new PlaceOrder());
      return currentTraceId();
    });
    expect(telemetry.tree({ attributes: ['nestjs.cqrs.command', 'nestjs.cqrs.event'] })).toBe(
      [
        'request [internal]',
        '  PlaceOrderHandler.execute [internal] nestjs.cqrs.command=["PlaceOrder"]',
        '    OrderPlacedHandler.handle [internal] nestjs.cqrs.event=["OrderPlaced"]',
      ].join('\n'),
    );
    expect(traces).toEqual([trace]);
  });
});

describe('a listener of @nestjs/event-emitter', () => {
  it('is a span in the trace of the emitter, which shows the error that Nest catches', () => {
    tracer.withSpan('request', () => app.get(EventEmitter2).emit('order.placed'));
    expect(telemetry.tree({ attributes: ['nestjs.event'] })).toBe(
      'request [internal]\n  Listeners.notify [internal] ERROR nestjs.event=["order.placed"]',
    );
    expect(telemetry.span('Listeners.notify').status.message).toBe('the mail server is away');
  });

  it('has no second span where @Span() describes it', () => {
    tracer.withSpan('request', () => app.get(EventEmitter2).emit('order.cancelled'));
    expect(telemetry.tree()).toBe('request [internal]\n  own [internal]');
  });

  it('gets no span outside of a trace', () => {
    app.get(EventEmitter2).emit('order.placed');
    expect(telemetry.tree()).toBe('');
  });
});

describe('a job of @nestjs/schedule', () => {
  it('is the root of a trace in each run, with its schedule and the runs that are still under way', async () => {
    const job = app.get(SchedulerRegistry).getCronJob('nightly');
    const runs = tracer.withSpan('request', () => [job.fireOnTick(), job.fireOnTick()]);
    for (const finish of waiting.splice(0)) finish();
    await Promise.all(runs);
    const [first, second] = await telemetry
      .waitForSpans(3)
      .then((spans) => spans.filter(({ name }) => name === 'Jobs.cleanUp'));
    expect(first?.attributes).toEqual({
      'code.function.name': 'Jobs.cleanUp',
      'nestjs.schedule.type': 'cron',
      'nestjs.schedule.cron': '0 4 * * *',
      'nestjs.schedule.time_zone': 'Europe/Berlin',
      'nestjs.schedule.name': 'nightly',
    });
    expect(second?.attributes['nestjs.schedule.overlapping']).toBe(1);
    expect(first?.parentSpanContext).toBeUndefined();
    expect(new Set(traces).size).toBe(2);
    expect(traces).not.toContain(telemetry.span('request').spanContext().traceId);
  });

  it('fails in its span', () => {
    expect(() => app.get(Jobs).poll()).toThrow('nothing to poll');
    expect(telemetry.span('Jobs.poll')).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'nothing to poll' },
      attributes: {
        'nestjs.schedule.type': 'interval',
        'nestjs.schedule.timeout_ms': 3_600_000,
        'nestjs.schedule.name': 'poll',
      },
    });
  });
});
