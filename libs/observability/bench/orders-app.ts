// The application with databases that is measured: `node orders-app.js [library]`, with DATABASE_URL and REDIS_URL.
import 'reflect-metadata';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Redis } from 'ioredis';
import { Column, Entity, PrimaryColumn, Repository } from 'typeorm';
import { observability } from './users-app.js';

const redis = new Redis(process.env.REDIS_URL ?? '');

@Entity('orders')
class Order {
  @PrimaryColumn('integer')
  id!: number;

  @Column('text')
  product!: string;
}

@Controller('orders')
class OrdersController {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  async onModuleInit(): Promise<void> {
    await this.orders.save({ id: 1, product: 'lamp' });
  }

  @Get(':id')
  async find(@Param('id') id: string) {
    const views = await redis.get(`views:${id}`);
    return { views, order: await this.orders.findOneBy({ id: Number(id) }) };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.DATABASE_URL ?? '',
      entities: [Order],
      synchronize: true,
    }),
    TypeOrmModule.forFeature([Order]),
  ],
  controllers: [OrdersController],
})
class OrdersModule {}

const observed = process.argv[2] === 'library' ? await observability('library') : {};
const app = await NestFactory.create({ module: OrdersModule, ...observed } as never, new ExpressAdapter(), {
  logger: false,
});
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.send?.({ type: 'ready', url: await app.getUrl() });
process.once('disconnect', () => process.exit());
