import { type Attributes, type SpanOptions, diag } from '@opentelemetry/api';
import { runInSpan } from '../tracing/run-in-span.js';
import { takeOver } from './traced-methods.js';

/** Options of `@Span()`: those of an OpenTelemetry span, and attributes taken from the result. */
export interface SpanDecoratorOptions<Result = never> extends SpanOptions {
  /**
   * Returns attributes for the result of the method: its value, the value of its promise, the last value of its
   * Observable, the return value of its generator. Not called after an error.
   */
  onResult?: (result: Result) => { attributes?: Attributes } | undefined;
}

type SpanOptionsFactory<Args extends unknown[]> = (...args: Args) => SpanDecoratorOptions | undefined;

// Called with the arguments of the method; the method's own type checks its callers.
type Method<Args extends unknown[]> = (...args: Args) => unknown;

type SpanDecorator<Args extends unknown[]> = <M extends Method<Args>>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Runs the method inside a span named `Class.method`, or as given:
 *
 *     @Span('validate_user', (id: string) => ({ attributes: { 'user.id': id } }))
 *
 * The span ends when the method's work does: at the settlement of a promise or thenable, at the end of an Observable
 * or generator. An error marks the span as failed, except a 4xx HttpException. Options that throw are ignored
 * and reported on OpenTelemetry's diagnostic logger; the method runs in any case.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- without a callback, every method fits
export function Span<Args extends unknown[] = any[]>(
  name: string,
  options?: SpanDecoratorOptions | SpanOptionsFactory<Args>,
): SpanDecorator<Args>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- without a callback, every method fits
export function Span<Args extends unknown[] = any[]>(
  options?: SpanDecoratorOptions | SpanOptionsFactory<Args>,
): SpanDecorator<Args>;
export function Span<Args extends unknown[]>(
  nameOrOptions?: string | SpanDecoratorOptions | SpanOptionsFactory<Args>,
  maybeOptions?: SpanDecoratorOptions | SpanOptionsFactory<Args>,
): SpanDecorator<Args> {
  const [givenName, options] =
    typeof nameOrOptions === 'string' ? [nameOrOptions, maybeOptions] : [undefined, nameOrOptions];
  return (target, key, descriptor) => {
    const method: unknown = descriptor.value;
    const owner = typeof target === 'function' ? target.name : target.constructor.name;
    const place = `${owner}.${String(key)}`;
    if (!isMethod<Args>(method)) {
      throw new TypeError(`@Span() decorates methods only; ${place} is an accessor or a property.`);
    }
    const name = givenName ?? place;
    const traced = function (this: unknown, ...args: Args): unknown {
      const given = resolve(options, args, name);
      // The caller's declared result type is the type that the method returns.
      return runInSpan(
        name,
        given,
        () => method.apply(this, args),
        given.onResult as ((result: unknown) => undefined) | undefined,
      );
    };
    takeOver(method, traced);
    descriptor.value = traced as NonNullable<typeof descriptor.value>;
  };
}

const isMethod = <Args extends unknown[]>(value: unknown): value is Method<Args> =>
  typeof value === 'function';

const noOptions: SpanDecoratorOptions = {};

const resolve = <Args extends unknown[]>(
  options: SpanDecoratorOptions | SpanOptionsFactory<Args> | undefined,
  args: Args,
  name: string,
): SpanDecoratorOptions => {
  if (typeof options !== 'function') return options ?? noOptions;
  try {
    return options(...args) ?? {};
  } catch (error) {
    diag.warn(`The options of the span "${name}" failed, the span goes without them`, error);
    return {};
  }
};
