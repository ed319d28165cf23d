// Carts in Redis, through ioredis 5 and 6 and through node-redis.
import { Controller, Get, Module, Param } from '@nestjs/common';
import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { ObservabilityModule, currentTraceId } from '@lantern/observability';
import { required, serve } from './shop.js';

const url = required('REDIS_URL');
const ioredis = { 5: new Redis(url), 6: new Redis6(url) } as const;
const nodeRedis = createClient({ url });
await nodeRedis.connect();

@Controller()
class CartsController {
  @Get('ioredis/:version/:id')
  async ioredis(@Param('version') version: '5' | '6', @Param('id') id: string) {
    const client = ioredis[version];
    await client.set(`cart:${id}`, 'a lamp', 'EX', 60);
    const cart = await client.get(`cart:${id}`);
    await client.multi().incr(`views:${id}`).incr('views').exec();
    return { cart };
  }

  @Get('callback')
  callback() {
    const before = currentTraceId();
    return new Promise((resolve) => {
      void ioredis[5].get('cart:1', () => resolve({ before, inside: currentTraceId() }));
    });
  }

  @Get('node-redis/:id')
  async nodeRedis(@Param('id') id: string) {
    await nodeRedis.set(`cart:${id}`, 'a lamp');
    await nodeRedis.multi().get(`cart:${id}`).incr('views').exec();
    return { cart: await nodeRedis.get(`cart:${id}`) };
  }

  @Get('failure')
  async failure() {
    await nodeRedis.set('text', 'a');
    return ioredis[6].incr('text');
  }
}

@Module({ imports: [ObservabilityModule.forRoot()], controllers: [CartsController] })
class CartsModule {
  async onModuleDestroy(): Promise<void> {
    ioredis[5].disconnect();
    ioredis[6].disconnect();
    await nodeRedis.close();
  }
}

await serve(CartsModule);
