// A shop that asks its stock through a broker, both in one process: a hybrid application.
import 'reflect-metadata';
import { Controller, Get, Inject, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxy,
  ClientsModule,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  MqttRecord,
  Payload,
  RmqRecord,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { propagation } from '@opentelemetry/api';
import { lastValueFrom } from 'rxjs';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { ObservabilityModule, Span, TraceLogger, currentCorrelationId } from '@lantern/observability';
import { required } from './shop.js';

const url = required('BROKER_URL');
const { hostname: host, port } = new URL(url);

const transports: Record<string, MicroserviceOptions> = {
  redis: { transport: Transport.REDIS, options: { host, port: Number(port) } },
  nats: { transport: Transport.NATS, options: { servers: [url] } },
  mqtt: { transport: Transport.MQTT, options: { url } },
  mqtt5: { transport: Transport.MQTT, options: { url, protocolVersion: 5 } },
  rabbitmq: {
    transport: Transport.RMQ,
    options: { urls: [url], queue: 'stock', queueOptions: { durable: false } },
  },
};
const name = required('BROKER');
const microservice = transports[name];
if (!microservice) throw new Error(`There is no broker ${name}`);

/** Data with headers of the caller's own, where the transport has them. */
const recordOf = (data: string): unknown => {
  if (name === 'rabbitmq') return new RmqRecord(data, { headers: { 'x-version': '1' } });
  if (name === 'mqtt5') return new MqttRecord(data, { properties: { userProperties: { 'x-version': '1' } } });
  return data;
};

@Controller()
class Shop {
  constructor(@Inject('STOCK') private readonly stock: ClientProxy) {}

  @Get('products/:name')
  find(@Param('name') product: string) {
    return lastValueFrom(this.stock.send<unknown>('stock.find', recordOf(product)));
  }

  @Post('sales/:name')
  async sell(@Param('name') product: string) {
    await lastValueFrom(this.stock.emit('stock.sold', product), { defaultValue: undefined });
  }
}

@Controller()
class Stock {
  @MessagePattern('stock.find')
  find(@Payload() product: string) {
    if (product === 'refused') throw new RpcException('not today');
    return { product, caller: this.read() };
  }

  @EventPattern('stock.sold')
  sold(@Payload() _product: string) {
    this.read();
  }

  @Span('read')
  read() {
    const tenant = propagation.getActiveBaggage()?.getEntry('tenant')?.value;
    return `${currentCorrelationId() ?? 'none'} ${tenant ?? 'none'}`;
  }
}

@Module({
  imports: [
    ObservabilityModule.forRoot(),
    ClientsModule.register([{ name: 'STOCK', ...microservice } as never]),
  ],
  controllers: [Shop, Stock],
})
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { bufferLogs: true });
app.useLogger(app.get(TraceLogger));
app.enableShutdownHooks();
app.connectMicroservice(microservice);
await app.startAllMicroservices();
await app.get<ClientProxy>('STOCK').connect();
await app.listen(0, '127.0.0.1');
process.stdout.write(`${JSON.stringify({ message: 'ready', url: await app.getUrl() })}\n`);
