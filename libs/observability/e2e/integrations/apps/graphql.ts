// A catalog behind GraphQL, code first, with Apollo on Express or Mercurius on Fastify.
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { ApolloDriver } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Field, GraphQLModule, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import DataLoader from 'dataloader';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { ObservabilityModule, TraceLogger } from '@lantern/observability';
import { required } from './shop.js';

@ObjectType()
class Product {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  supplier!: string;

  @Field(() => [String])
  reviews!: string[];

  @Field(() => Number, { nullable: true })
  price!: number;
}

@Resolver(() => Product)
class ProductResolver {
  private readonly suppliers = new DataLoader<string, string>(
    async (names) => {
      await delay(4);
      return names.map((name) => `supplier of ${name}`);
    },
    { name: 'suppliers', cache: false },
  );

  @Query(() => [Product])
  async products(): Promise<object[]> {
    await delay(3);
    return ['laptop', 'phone', 'lamp'].map((name) => ({ name }));
  }

  @ResolveField(() => String)
  supplier(@Parent() { name }: Product): Promise<string> {
    return this.suppliers.load(name);
  }

  @ResolveField(() => [String])
  async reviews(@Parent() { name }: Product): Promise<string[]> {
    await delay(6);
    return [`good ${name}`, `bad ${name}`];
  }

  @ResolveField(() => Number, { nullable: true })
  async price(): Promise<number> {
    await delay(2);
    throw new Error('the price list is gone');
  }
}

const isApollo = required('GRAPHQL_DRIVER') === 'apollo';

@Module({
  imports: [
    ObservabilityModule.forRoot(),
    isApollo
      ? GraphQLModule.forRoot({ driver: ApolloDriver, autoSchemaFile: true })
      : GraphQLModule.forRoot({ driver: MercuriusDriver, autoSchemaFile: true, jit: 1 }),
  ],
  providers: [ProductResolver],
})
class AppModule {}

const adapter = isApollo ? new ExpressAdapter() : new FastifyAdapter();
const app = await NestFactory.create(AppModule, adapter, { bufferLogs: true });
app.useLogger(app.get(TraceLogger));
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.stdout.write(`${JSON.stringify({ message: 'ready', url: await app.getUrl() })}\n`);
