import {
  BadGatewayException,
  Controller,
  Get,
  HttpException,
  NotFoundException,
  SetMetadata,
} from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { type Context, context, createContextKey, trace } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  BehaviorSubject,
  Observable,
  Subject,
  firstValueFrom,
  lastValueFrom,
  map,
  of,
  retry,
  throwError,
  toArray,
} from 'rxjs';
import { startTestTelemetry } from '../testing/index.js';
import { Span } from './span.decorator.js';
import { Tracer } from '../tracing/tracer.js';

const telemetry = startTestTelemetry();
beforeEach(() => telemetry.reset());

const names = () => telemetry.spans().map(({ name }) => name);
const only = () => telemetry.span(String(names()[0]));
const exceptions = () => only().events.filter(({ name }) => name === 'exception');
const activeName = () => (trace.getActiveSpan() as { name?: string } | undefined)?.name;

/** Returns the outcome of a call for its caller: the value or the thrown error. */
const outcome = async (call: () => unknown): Promise<unknown> => {
  try {
    return { value: await call() };
  } catch (error) {
    return { thrown: error };
  }
};

/** A query builder as of knex or mongoose: chainable, and it runs each time it is awaited. */
class Builder implements PromiseLike<string> {
  runs = 0;
  failure: Error | undefined;
  condition = '';

  where(condition: string): this {
    this.condition = condition;
    return this;
  }

  then<A, B>(
    onFulfilled?: ((value: string) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (!Object.isFrozen(this)) this.runs++;
    const name = activeName();
    const result = this.failure
      ? Promise.reject<string>(this.failure)
      : Promise.resolve(`where ${this.condition}, in ${name ?? 'no span'}`);
    return result.then<A, B>(onFulfilled, onRejected);
  }
}

describe('@Span()', () => {
  describe('names the span', () => {
    class Shop {
      @Span()
      plain() {
        return activeName();
      }
      @Span('given')
      named() {
        return activeName();
      }
      @Span({ attributes: { a: 1 } })
      withOptions() {
        return activeName();
      }
      @Span()
      static shared() {
        return activeName();
      }
    }

    it('@Span() names the span after class and method', () => expect(new Shop().plain()).toBe('Shop.plain'));
    it('@Span() names the span as given', () => expect(new Shop().named()).toBe('given'));
    it('@Span() with options alone names the span after class and method', () => {
      expect(new Shop().withOptions()).toBe('Shop.withOptions');
      expect(only().attributes).toEqual({ a: 1 });
    });
    it('@Span() names the span of a static method after its class', () =>
      expect(Shop.shared()).toBe('Shop.shared'));
  });

  describe('ends with the work of the method', () => {
    class Work {
      @Span()
      value() {
        return 42;
      }
      @Span()
      promise(settled: Promise<number>) {
        return settled;
      }
      @Span()
      thenable(builder: Builder) {
        return builder;
      }
      @Span()
      observable(source: Observable<unknown>) {
        return source;
      }
      @Span()
      *generator() {
        yield activeName();
        yield activeName();
        return 'done';
      }
      @Span()
      async *asyncGenerator() {
        yield activeName();
        await Promise.resolve();
        yield activeName();
      }
    }
    const work = new Work();

    it('The span of a method that returns a value ends at once', () => {
      expect(work.value()).toBe(42);
      expect(names()).toEqual(['Work.value']);
    });

    it('The span of a method ends when its promise resolves', async () => {
      const { promise, resolve } = Promise.withResolvers<number>();
      const result = work.promise(promise);
      expect(names()).toEqual([]);
      resolve(42);
      await expect(result).resolves.toBe(42);
      expect(names()).toEqual(['Work.promise']);
    });

    it('The span of a lazy thenable ends when it settles, and the thenable is returned unchanged', async () => {
      const builder = new Builder();
      const result = work.thenable(builder);
      expect(result).toBe(builder);
      expect(result.where('x')).toBe(builder);
      expect(builder.runs).toBe(0);
      expect(names()).toEqual([]);
      await expect(result).resolves.toBe('where x, in Work.thenable');
      expect(builder.runs).toBe(1);
      expect(names()).toEqual(['Work.thenable']);
    });

    it('The span of a thenable ends when it rejects', async () => {
      const builder = new Builder();
      builder.failure = new Error('no table');
      await expect(outcome(() => work.thenable(builder))).resolves.toEqual({ thrown: builder.failure });
      expect(only().status).toEqual({ code: 2, message: 'no table' });
    });

    it('The span of a thenable that cannot be observed ends at once', async () => {
      const frozen = Object.freeze(new Builder());
      expect(work.thenable(frozen)).toBe(frozen);
      expect(names()).toEqual(['Work.thenable']);
    });

    it('The span of an Observable ends when it completes', async () => {
      const source = new Subject<number>();
      const result = lastValueFrom(work.observable(source.asObservable()));
      source.next(1);
      expect(names()).toEqual([]);
      source.complete();
      await expect(result).resolves.toBe(1);
      expect(names()).toEqual(['Work.observable']);
    });

    it('The span of an Observable derived from a Subject ends when it completes', async () => {
      const source = new Subject<number>();
      const result = lastValueFrom(work.observable(source.pipe(map((value) => value * 2))));
      source.next(21);
      expect(names()).toEqual([]);
      source.complete();
      await expect(result).resolves.toBe(42);
      expect(names()).toEqual(['Work.observable']);
    });

    it('The span of an Observable ends when it fails', async () => {
      const error = new Error('broken');
      const result = outcome(() => lastValueFrom(work.observable(throwError(() => error))));
      await expect(result).resolves.toEqual({ thrown: error });
      expect(only().status).toEqual({ code: 2, message: 'broken' });
    });

    it('The span of an Observable ends when it is unsubscribed', () => {
      const subscription = work.observable(new Observable()).subscribe();
      expect(names()).toEqual([]);
      subscription.unsubscribe();
      expect(only().status.code).toBe(0);
    });

    it('Each subscription of an Observable has one span', async () => {
      let attempts = 0;
      const flaky = new Observable<string>((subscriber) => {
        attempts++;
        if (attempts < 3) subscriber.error(new Error(`attempt ${attempts}`));
        else {
          subscriber.next('third time lucky');
          subscriber.complete();
        }
      });
      await expect(firstValueFrom(work.observable(flaky).pipe(retry(2)))).resolves.toBe('third time lucky');
      expect(telemetry.spans().map(({ status }) => status.message)).toEqual([
        'attempt 1',
        'attempt 2',
        undefined,
      ]);
    });

    it('An Observable runs inside the span, and its subscriber outside', async () => {
      const seen: unknown[] = [];
      const source = new Observable<unknown>((subscriber) => {
        subscriber.next(activeName());
        subscriber.complete();
      });
      await lastValueFrom(work.observable(source)).then((inside) => seen.push(inside));
      work.observable(of(1)).subscribe({
        next: () => seen.push(activeName()),
        complete: () => seen.push(activeName()),
      });
      expect(seen).toEqual(['Work.observable', undefined, undefined]);
    });

    it('The span of a method that returns a Subject ends at once', () => {
      const subject = new BehaviorSubject(1);
      expect(work.observable(subject)).toBe(subject);
      expect(names()).toEqual(['Work.observable']);
    });

    it('The span of a generator ends when it is done, and its body runs inside the span', () => {
      const generator = work.generator();
      expect(generator.next().value).toBe('Work.generator');
      expect(activeName()).toBeUndefined();
      expect(generator.next().value).toBe('Work.generator');
      expect(names()).toEqual([]);
      expect(generator.next()).toEqual({ done: true, value: 'done' });
      expect(names()).toEqual(['Work.generator']);
    });

    it('The span of a generator ends when its consumer stops early', () => {
      for (const name of work.generator()) {
        expect(name).toBe('Work.generator');
        break;
      }
      expect(only().status.code).toBe(0);
    });

    it('The span of a generator ends when it throws', () => {
      const generator = work.generator();
      generator.next();
      const error = new Error('thrown in');
      expect(() => generator.throw(error)).toThrow(error);
      expect(only().status).toEqual({ code: 2, message: 'thrown in' });
    });

    it('A traced generator is still a generator', () => {
      const generator = work.generator();
      expect(Object.prototype.toString.call(generator)).toBe('[object Generator]');
      expect([...generator]).toHaveLength(2);
    });

    it('The span of an async generator ends when it is done, and its body runs inside the span', async () => {
      const seen: unknown[] = [];
      for await (const name of work.asyncGenerator()) seen.push(name);
      expect(seen).toEqual(['Work.asyncGenerator', 'Work.asyncGenerator']);
      expect(names()).toEqual(['Work.asyncGenerator']);
    });

    it('The span of an async generator ends when its consumer stops early', async () => {
      for await (const name of work.asyncGenerator()) {
        expect(name).toBe('Work.asyncGenerator');
        break;
      }
      expect(names()).toEqual(['Work.asyncGenerator']);
    });
  });

  describe('passes on what is thrown, unchanged', () => {
    class Thrower {
      @Span()
      sync(thrown: unknown): unknown {
        throw thrown;
      }
      @Span()
      async async(thrown: unknown): Promise<unknown> {
        throw thrown;
      }
    }
    const thrower = new Thrower();

    describe.each(['sync', 'async'] as const)('by a %s method', (kind) => {
      it.each([
        ['an error', new TypeError('boom'), 'TypeError', 'boom'],
        ['a text', 'just a text', 'string', 'just a text'],
        ['null', null, 'null', 'null'],
        ['undefined', undefined, 'undefined', 'undefined'],
        ['an object', { reason: 'odd' }, 'object', "{ reason: 'odd' }"],
      ])('@Span() rethrows %s unchanged, and records it', async (_what, thrown, type, message) => {
        await expect(outcome(() => thrower[kind](thrown))).resolves.toEqual({ thrown });
        expect(only().status).toEqual({ code: 2, message });
        expect(exceptions()).toHaveLength(1);
        expect(exceptions()[0]?.attributes).toMatchObject({
          'exception.type': type,
          'exception.message': message,
        });
      });

      it('@Span() records an error with its causes in the stack', async () => {
        const cause = new Error('connect ECONNREFUSED');
        await outcome(() => thrower[kind](new Error('provider is away', { cause })));
        const stack = exceptions()[0]?.attributes?.['exception.stacktrace'];
        expect(stack).toMatch(
          /^Error: provider is away\n\s+at [^]*\nCaused by: Error: connect ECONNREFUSED\n\s+at /,
        );
      });

      it.each([new NotFoundException(), new HttpException('teapot', 418)])(
        '@Span() does not mark the span as failed for a 4xx HttpException: %s',
        async (thrown) => {
          await expect(outcome(() => thrower[kind](thrown))).resolves.toEqual({ thrown });
          expect(only().status.code).toBe(0);
          expect(exceptions()).toEqual([]);
        },
      );

      it('@Span() marks the span as failed for a 5xx HttpException', async () => {
        await outcome(() => thrower[kind](new BadGatewayException('upstream')));
        expect(only().status).toEqual({ code: 2, message: 'upstream' });
        expect(exceptions()[0]?.attributes?.['exception.type']).toBe('BadGatewayException');
      });

      it('@Span() rethrows a thrown object whose properties cannot be read', async () => {
        const hostile = new Proxy(new Error('x'), {
          get() {
            throw new Error('do not look');
          },
        });
        const seen = (await outcome(() => thrower[kind](hostile))) as { thrown: unknown };
        expect(seen.thrown === hostile).toBe(true);
        expect(only().status.code).toBe(2);
      });
    });
  });

  describe('takes options', () => {
    class Options {
      @Span('computed', (id: string, count: number) => ({ attributes: { id, count } }))
      computed(id: string, count: number) {
        return `${id} ${count}`;
      }
      @Span('broken options', () => {
        throw new Error('options');
      })
      broken() {
        return 'still runs';
      }
      @Span('result', { onResult: (result: { total: number }) => ({ attributes: { total: result.total } }) })
      async result() {
        return { total: 7 };
      }
      @Span('last', { onResult: (value: number) => ({ attributes: { value } }) })
      stream() {
        return of(1, 2, 3);
      }
      @Span('broken result', {
        onResult: () => {
          throw new Error('onResult');
        },
      })
      brokenResult() {
        return 'unharmed';
      }
    }
    const options = new Options();

    it('@Span() takes options computed from the arguments', () => {
      expect(options.computed('a', 2)).toBe('a 2');
      expect(only().attributes).toEqual({ id: 'a', count: 2 });
    });
    it('Options of @Span() that throw do not affect the call', () => {
      expect(options.broken()).toBe('still runs');
      expect(only().status.code).toBe(0);
    });
    it('Options of @Span() can read the result', async () => {
      await options.result();
      expect(only().attributes).toEqual({ total: 7 });
    });
    it('Options of @Span() can read the last value of an Observable', async () => {
      await expect(lastValueFrom(options.stream().pipe(toArray()))).resolves.toEqual([1, 2, 3]);
      expect(only().attributes).toEqual({ value: 3 });
    });
    it('Options of @Span() that throw on the result do not affect result or status', () => {
      expect(options.brokenResult()).toBe('unharmed');
      expect(only().status.code).toBe(0);
    });
  });

  describe('leaves the method what it was', () => {
    const other = () => SetMetadata('colour', 'green');
    @Controller()
    class Users {
      @Span('below')
      @Get('a')
      @other()
      first(_id: string, _query: string) {
        return this;
      }
      @Get('b')
      @other()
      @Span('above')
      second(_id: string) {
        return this;
      }
    }

    it('@Span() keeps name, arity and metadata of the method, above or below other decorators', () => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- looked at, not called
      const { first, second } = Users.prototype;
      expect([first.name, first.length, second.name, second.length]).toEqual(['first', 2, 'second', 1]);
      for (const method of [first, second]) {
        expect(Reflect.getMetadata('colour', method)).toBe('green');
        expect(Reflect.hasMetadata(METHOD_METADATA, method)).toBe(true);
      }
      expect(Reflect.getMetadata('design:paramtypes', Users.prototype, 'first')).toEqual([String, String]);
    });

    it('@Span() keeps the receiver of the method', () => {
      const users = new Users();
      expect(users.first('', '')).toBe(users);
    });

    it('@Span() on anything but a method throws an error', () => {
      expect(() => {
        class Wrong {
          // @ts-expect-error -- an accessor is no method
          @Span()
          get total() {
            return names().length;
          }
        }
        return Wrong;
      }).toThrow('@Span() decorates methods only; Wrong.total is an accessor or a property.');
    });
  });

  it('Spans of @Span() nest across await', async () => {
    class Nested {
      @Span('inner')
      async inner() {
        await Promise.resolve();
      }
      @Span('outer')
      async outer() {
        await this.inner();
        await this.inner();
      }
    }
    await new Nested().outer();
    expect(telemetry.tree()).toBe('outer [internal]\n  inner [internal]\n  inner [internal]');
  });

  it('@Span() creates no span below an unsampled one, and keeps its trace', () => {
    startTestTelemetry({ OTEL_TRACES_SAMPLER: 'always_off' });
    class Quiet {
      @Span()
      id() {
        return trace.getActiveSpan()?.spanContext();
      }
    }
    new Tracer().withSpan('dropped', (span) => {
      expect(new Quiet().id()).toBe(span.spanContext());
    });
    startTestTelemetry();
    expect(names()).toEqual([]);
  });

  it('@Span() keeps the other values of the context', () => {
    const key = createContextKey('other');
    class Carrier {
      @Span()
      active(): Context {
        return context.active();
      }
    }
    const inside = context.with(context.active().setValue(key, 1), () => new Carrier().active());
    expect(inside.getValue(key)).toBe(1);
  });
});
