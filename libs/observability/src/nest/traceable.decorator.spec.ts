import { Controller, Get, Injectable, SetMetadata } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTelemetry } from '../testing/index.js';
import { Span } from './span.decorator.js';
import { Traceable } from './traceable.decorator.js';

const telemetry = startTestTelemetry();
beforeEach(() => telemetry.reset());

const tree = () => telemetry.tree({ attributes: ['team', 'colour'] });

class Shelf {
  contents = ['box'];
  count(): number {
    return this.contents.length;
  }
  @Span('shelf_label')
  label(): string {
    return 'shelf';
  }
  describe(): string {
    return 'a shelf';
  }
}

@Injectable()
@Traceable({ attributes: { team: 'shop' }, exclude: ['isReady'] })
class Stock extends Shelf {
  #secret = 42;
  static made = () => new Stock();
  inField = (): number => this.#secret;

  get size(): number {
    return this.count();
  }
  override describe(): string {
    return `the stock, ${super.describe()}`;
  }
  @Span('reserve', { attributes: { colour: 'red' } })
  async reserve(): Promise<number> {
    await Promise.resolve();
    return this.#secret;
  }
  async fail(): Promise<never> {
    throw new Error('boom');
  }
  @SetMetadata('role', 'admin')
  *items(_from: number, _to: number): Generator<number> {
    yield this.count();
  }
  isReady(): boolean {
    return true;
  }
  _internal(): void {
    // Internal by its name.
  }
  toJSON(): object {
    return {};
  }
}

describe('@Traceable()', () => {
  it('@Traceable() creates a span for each public method, with its options', () => {
    expect(new Stock().describe()).toBe('the stock, a shelf');
    expect(tree()).toBe('Stock.describe [internal] team="shop"');
  });

  it('@Traceable() traces an inherited method without changing the base class', () => {
    expect(new Stock().count()).toBe(1);
    expect(new Shelf().count()).toBe(1);
    expect(tree()).toBe('Stock.count [internal] team="shop"');
  });

  it('@Traceable() adds no second span to a method with @Span(), on the class or its base', async () => {
    expect(await new Stock().reserve()).toBe(42);
    expect(new Stock().label()).toBe('shelf');
    expect(tree()).toBe('reserve [internal] colour="red"\nshelf_label [internal]');
  });

  it('@Traceable() adds no second span if the base class is traceable too', () => {
    @Traceable()
    class Cellar extends Stock {}
    new Cellar().describe();
    expect(tree()).toBe('Stock.describe [internal] team="shop"');
  });

  it('@Traceable() does not trace accessors, fields, static, excluded or internal methods', () => {
    const stock = Stock.made();
    expect([stock.inField(), stock.isReady(), JSON.stringify(stock)]).toEqual([42, true, '{}']);
    stock._internal();
    expect(tree()).toBe('');
    // A method that an accessor calls is traced as any other.
    expect(stock.size).toBe(1);
    expect(tree()).toBe('Stock.count [internal] team="shop"');
  });

  it('@Traceable() ends spans as @Span() does', async () => {
    await expect(new Stock().fail()).rejects.toThrow('boom');
    expect([...new Stock().items(1, 2)]).toEqual([1]);
    expect(tree()).toBe(
      [
        'Stock.fail [internal] ERROR team="shop"',
        'Stock.items [internal] team="shop"',
        '  Stock.count [internal] team="shop"',
      ].join('\n'),
    );
  });

  it('@Traceable() keeps name, arity, metadata and the shape of the class', () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- looked at, not called
    const { items } = Stock.prototype;
    expect([items.name, items.length, Reflect.getMetadata('role', items)]).toEqual(['items', 2, 'admin']);
    expect(Object.keys(new Stock())).toEqual(['contents', 'inField']);
    expect(Object.keys(Stock.prototype)).toEqual([]);
  });

  it('@Traceable() keeps the routes of a controller', () => {
    @Controller('a')
    @Traceable()
    class Routes {
      @Get('b')
      find(): string {
        return 'found';
      }
    }
    // eslint-disable-next-line @typescript-eslint/unbound-method -- looked at, not called
    expect(Reflect.getMetadata('path', Routes.prototype.find)).toBe('b');
    expect(Reflect.getMetadata('path', Routes)).toBe('a');
  });
});
