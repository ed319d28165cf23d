// An order as a command, its events, and a job that repeats itself.
import { Controller, Injectable, Module, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, CqrsModule, EventBus, EventsHandler } from '@nestjs/cqrs';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Interval, ScheduleModule } from '@nestjs/schedule';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { ObservabilityModule } from '@lantern/observability';
import { serve } from './shop.js';

class PlaceOrder {
  constructor(readonly product: string) {}
}

class OrderPlaced {
  constructor(readonly product: string) {}
}

const work = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

@CommandHandler(PlaceOrder)
class PlaceOrderHandler {
  constructor(
    private readonly events: EventBus,
    private readonly emitter: EventEmitter2,
  ) {}

  async execute({ product }: PlaceOrder): Promise<void> {
    await work(8);
    this.events.publish(new OrderPlaced(product));
    await this.emitter.emitAsync('order.placed', product);
  }
}

@EventsHandler(OrderPlaced)
class OrderPlacedHandler {
  async handle(): Promise<void> {
    await work(5);
  }
}

@Injectable()
class MailListener {
  @OnEvent('order.placed')
  async notify(): Promise<void> {
    await work(6);
    throw new Error('the mail server is away');
  }
}

@Injectable()
class Jobs {
  @Interval('clean up', 500)
  async cleanUp(): Promise<void> {
    await work(3);
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  async place() {
    await this.commands.execute(new PlaceOrder('lamp'));
  }
}

@Module({
  imports: [
    ObservabilityModule.forRoot(),
    CqrsModule.forRoot(),
    EventEmitterModule.forRoot(),
    ScheduleModule.forRoot(),
  ],
  controllers: [OrdersController],
  providers: [PlaceOrderHandler, OrderPlacedHandler, MailListener, Jobs],
})
class OrdersModule {}

await serve(OrdersModule);
