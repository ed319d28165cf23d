import { setTimeout as delay } from 'node:timers/promises';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Args,
  Field,
  GraphQLModule,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { Logger, Module, NotFoundException } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import DataLoader from 'dataloader';
import { startApp } from '../../test/nest-app.js';
import { ObservabilityModule, Span } from '../index.js';
import { spanTree, startTestTelemetry } from '../testing/index.js';

@ObjectType()
class Review {
  @Field(() => String)
  text!: string;
}

@ObjectType()
class Product {
  @Field(() => String)
  name!: string;

  @Field(() => [Review])
  reviews!: Review[];

  @Field(() => String)
  upperName!: string;

  @Field(() => String)
  supplier!: string;

  @Field(() => Number)
  price!: number;

  @Field(() => String)
  missing!: string;
}

class Suppliers {
  readonly loader = new DataLoader<string, string>(
    async (names) => {
      await delay(2);
      return names.map((name) => `supplier of ${name}`);
    },
    { name: 'suppliers', cache: false },
  );

  @Span('read stock')
  stock(): number {
    return 1;
  }
}

const suppliers = new Suppliers();

@Resolver(() => Product)
class ProductResolver {
  @Query(() => [Product])
  async products(): Promise<object[]> {
    await delay(2);
    return [{ name: 'laptop' }, { name: 'phone' }, { name: 'lamp' }];
  }

  @Query(() => Product, { nullable: true })
  async product(@Args('name', { type: () => String }) name: string): Promise<object> {
    await delay(2);
    if (name === 'unknown') throw new NotFoundException('no such product');
    if (name === 'broken') throw new Error('the database is gone');
    return { name };
  }

  @Mutation(() => Product)
  addProduct(@Args('name', { type: () => String }) name: string): object {
    new Logger('ProductResolver').log('added');
    suppliers.stock();
    return { name };
  }

  @ResolveField(() => [Review])
  async reviews(@Parent() { name }: Product): Promise<Review[]> {
    await delay(2);
    return [{ text: `good ${name}` }, { text: `bad ${name}` }];
  }

  @ResolveField(() => String)
  upperName(@Parent() { name }: Product): string {
    return name.toUpperCase();
  }

  @ResolveField(() => String)
  supplier(@Parent() { name }: Product): Promise<string> {
    return suppliers.loader.load(name);
  }

  @ResolveField(() => Number)
  async price(@Parent() { name }: Product): Promise<number> {
    await delay(1);
    if (name === 'lamp') throw new Error('no price');
    return 1;
  }
}

@Module({
  imports: [
    ObservabilityModule.forRoot({ logLevel: 'fatal' }),
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  providers: [ProductResolver],
})
class App {}

const telemetry = startTestTelemetry();

describe('A GraphQL service', () => {
  let url: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const started = await startApp(App, () => new ExpressAdapter());
    url = started.url;
    close = () => started.app.close();
  });
  afterAll(() => close());
  beforeEach(() => telemetry.reset());

  /** The spans without those of `products`, which each query has, and of resolvers that a busy machine made slow. */
  const tree = (attributes: string[] = []): string =>
    spanTree(
      telemetry
        .spans()
        .filter(({ name }) => !/^resolve (?:products|.*\.(?:upperName|name|text))$/.test(name)),
      { attributes },
    );

  const ask = (query: string): Promise<{ data?: unknown; errors?: { message: string }[] }> =>
    context.with(suppressTracing(context.active()), async () => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as { data?: unknown };
    });

  it('names the server span by the operation, with its route', async () => {
    const { data } = await ask('query Names { products { name upperName } }');
    expect(data).toMatchObject({ products: [{ upperName: 'LAPTOP' }, {}, {}] });
    await telemetry.waitForSpans(2);
    expect(tree()).toBe('query Names [server]');
    expect(telemetry.span('query Names').attributes).toMatchObject({
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Names',
      'http.route': '/graphql',
      'http.request.method': 'POST',
    });
  });

  it('gives no span to a resolver that returns at once', async () => {
    // On a busy machine one may take a millisecond all the same.
    for (let attempt = 0; attempt < 20; attempt++) {
      telemetry.reset();
      await ask('query Upper { products { upperName } }');
      await telemetry.waitForSpans(2);
      if (telemetry.spans().length === 2) break;
    }
    expect(telemetry.tree()).toBe('query Upper [server]\n  resolve products [internal]');
  });

  it('names an operation without a name by its type', async () => {
    await ask('{ products { name } }');
    await telemetry.waitForSpans(2);
    expect(tree()).toBe('query [server]');
  });

  it('folds the calls of an asynchronous resolver into one span, however long the list', async () => {
    await ask('query Reviews { products { name reviews { text } } }');
    await telemetry.waitForSpans(3);
    expect(tree(['graphql.field.calls', 'graphql.field.type'])).toBe(
      [
        'query Reviews [server]',
        '  resolve products.reviews [internal] graphql.field.calls=3 graphql.field.type="[Review!]!"',
      ].join('\n'),
    );
  });

  it('gives a resolver that returns at once a span only for the spans below it', async () => {
    await ask('mutation Add { addProduct(name: "desk") { name } }');
    await telemetry.waitForSpans(3);
    expect(tree()).toBe(
      ['mutation Add [server]', '  resolve addProduct [internal]', '    read stock [internal]'].join('\n'),
    );
  });

  it('shows the batch of a DataLoader below the field that loads', async () => {
    const { data } = await ask('query Suppliers { products { supplier } }');
    expect(data).toMatchObject({ products: [{ supplier: 'supplier of laptop' }, {}, {}] });
    await telemetry.waitForSpans(4);
    expect(tree(['graphql.field.calls', 'dataloader.batch.size'])).toBe(
      [
        'query Suppliers [server]',
        '  resolve products.supplier [internal] graphql.field.calls=3',
        '    load suppliers [internal] dataloader.batch.size=3',
      ].join('\n'),
    );
  });

  it('marks the span of an answer with errors, and the field that failed', async () => {
    const { errors } = await ask('query Prices { products { price } }');
    expect(errors).toHaveLength(1);
    await telemetry.waitForSpans(3);
    expect(tree(['graphql.errors', 'graphql.field.errors'])).toBe(
      [
        'query Prices [server] ERROR graphql.errors=1',
        '  resolve products.price [internal] ERROR graphql.field.errors=1',
      ].join('\n'),
    );
    const { status, events, attributes } = telemetry.span('query Prices');
    expect(status.message).toBe('no price');
    expect(events.map(({ name }) => name)).toEqual(['exception']);
    expect(attributes['http.response.status_code']).toBe(200);
    expect(attributes['error.type']).toBe('Error');
  });

  it("counts an error of the caller's without marking the span", async () => {
    await ask('query Unknown { product(name: "unknown") { name } }');
    await telemetry.waitForSpans(2);
    expect(tree(['graphql.errors'])).toBe(
      'query Unknown [server] graphql.errors=1\n  resolve product [internal]',
    );
  });

  it('marks a value that the schema does not allow, which no resolver throws', async () => {
    const { errors } = await ask('query Missing { products { missing } }');
    expect(errors?.[0]?.message).toContain('non-nullable');
    await telemetry.waitForSpans(2);
    expect(tree()).toBe('query Missing [server] ERROR');
  });

  it('names a request that is no operation by its route', async () => {
    await ask('query {');
    await telemetry.waitForSpans(1);
    expect(tree(['http.response.status_code'])).toBe('POST /graphql [server] http.response.status_code=400');
  });
});
