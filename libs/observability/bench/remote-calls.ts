// Calls by GraphQL, gRPC and socket.io that are measured: `node remote-calls.js graphql|grpc|socket.io [library]`, below the
// preload of a variant. Client and server are in this process, and calls follow one another.
import 'reflect-metadata';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { ApolloDriver } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Field, GraphQLModule, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type ClientGrpc, ClientsModule, GrpcMethod, Transport } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Controller } from '@nestjs/common';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { type Observable, lastValueFrom } from 'rxjs';
import { io } from 'socket.io-client';

type Call = () => Promise<unknown>;

const observed = async (): Promise<DynamicModule[]> => {
  if (process.argv[3] !== 'library') return [];
  // eslint-disable-next-line no-restricted-syntax -- measured as an application has it, and only where it has it
  const { ObservabilityModule } = await import('@lantern/observability');
  return [ObservabilityModule.forRoot({ accessLog: false })];
};

@ObjectType()
class Product {
  @Field(() => String)
  name!: string;

  @Field(() => [String])
  reviews!: string[];
}

@Resolver(() => Product)
class ProductResolver {
  @Query(() => [Product])
  products(): object[] {
    return Array.from({ length: 20 }, (_, at) => ({ name: `product ${at}` }));
  }

  @ResolveField(() => [String])
  async reviews(): Promise<string[]> {
    await new Promise(setImmediate);
    return ['good', 'bad'];
  }
}

const startGraphql = async (): Promise<Call> => {
  @Module({
    imports: [...(await observed()), GraphQLModule.forRoot({ driver: ApolloDriver, autoSchemaFile: true })],
    providers: [ProductResolver],
  })
  class App {}
  const app = await NestFactory.create(App, new ExpressAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  const url = new URL('/graphql', await app.getUrl());
  const agent = new http.Agent({ keepAlive: true });
  const body = JSON.stringify({ query: 'query Catalog { products { name reviews } }' });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume().once('end', resolve);
      });
      request.once('error', reject).end(body);
    });
  // The server is measured, not the client.
  return () => context.with(suppressTracing(context.active()), ask);
};

@Controller()
class CatalogService {
  @GrpcMethod('Products', 'Find')
  find({ name }: { name: string }): { name: string } {
    return { name };
  }
}

interface Products {
  find(request: { name: string }): Observable<unknown>;
}

const startGrpc = async (): Promise<Call> => {
  const options = {
    package: 'catalog',
    protoPath: fileURLToPath(new URL('../../test/catalog.proto', import.meta.url)),
    url: `127.0.0.1:${process.env.GRPC_PORT ?? '0'}`,
  };
  const transport = { transport: Transport.GRPC, options } as const;
  @Module({
    imports: [...(await observed()), ClientsModule.register([{ name: 'CATALOG', ...transport }])],
    controllers: [CatalogService],
  })
  class App {}
  const app = await NestFactory.createMicroservice(App, { ...transport, logger: false });
  await app.listen();
  const products = app.get<ClientGrpc>('CATALOG').getService<Products>('Products');
  return () => lastValueFrom(products.find({ name: 'laptop' }));
};

@WebSocketGateway()
class Chat {
  @SubscribeMessage('say')
  say(_client: unknown, text: string): string {
    return text;
  }
}

const startSocketIo = async (): Promise<Call> => {
  @Module({ imports: await observed(), providers: [Chat] })
  class App {}
  const app = await NestFactory.create(App, new ExpressAdapter(), { logger: false });
  app.useWebSocketAdapter(new IoAdapter(app));
  await app.listen(0, '127.0.0.1');
  const socket = io(await app.getUrl(), { transports: ['websocket'] });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return () => socket.emitWithAck('say', 'hello');
};

const start = { graphql: startGraphql, grpc: startGrpc, 'socket.io': startSocketIo }[process.argv[2] ?? ''];
if (!start) throw new Error('Name graphql, grpc or socket.io');
const call = await start();

/** CPU of one call in microseconds, that of sending its spans included. */
const measure = async (count: number): Promise<number> => {
  const before = process.cpuUsage();
  for (let left = count; left > 0; left--) await call();
  // The last batch is sent after its delay, and belongs to the calls.
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.OTEL_BSP_SCHEDULE_DELAY ?? 0) + 100));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
};

process.on('message', ({ type, count }: { type: string; count: number }) => {
  if (type === 'calls') void measure(count).then((micros) => process.send?.({ type: 'calls', micros }));
});
process.send?.({ type: 'ready' });
process.once('disconnect', () => process.exit());
