import type { Attributes, SpanOptions } from '@opentelemetry/api';
import { runInSpan } from './run-in-span.js';

/** Options of `@Span()`: those of an OpenTelemetry span, and attributes taken from the result. */
export interface SpanDecoratorOptions<Result = unknown> extends SpanOptions {
  /** Called with what the method returned (what its promise resolved to); its attributes are put on the span. */
  onResult?: (result: Result) => { attributes?: Attributes } | undefined;
}

// The bottom type of parameters accepts each method; what it is called with is checked where it is called.
type Method<Args extends unknown[]> = (...args: Args) => unknown;

type SpanDecorator<Args extends unknown[]> = <M extends Method<Args>>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Runs the method inside a span. The name is `Class.method` unless given; options may be computed from the
 * arguments: `@Span('validate_user', (id: string) => ({ attributes: { 'user.id': id } }))`.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a decorator without a callback fits each method
export function Span<Args extends unknown[] = any[]>(
  name?: string,
  options?: SpanDecoratorOptions | ((...args: Args) => SpanDecoratorOptions),
): SpanDecorator<Args> {
  return (target, key, descriptor) => {
    const method = descriptor.value;
    if (typeof method !== 'function')
      throw new TypeError(`@Span() needs a method, ${String(key)} is not one`);
    const spanName = name ?? `${target.constructor.name}.${String(key)}`;
    const wrapped = function (this: unknown, ...args: Args): unknown {
      const given = (typeof options === 'function' ? options(...args) : options) ?? {};
      return runInSpan(spanName, given, () => method.apply(this, args));
    };
    Object.defineProperty(wrapped, 'name', { value: method.name, configurable: true });
    Object.defineProperty(wrapped, 'length', { value: method.length, configurable: true });
    for (const metadataKey of Reflect.getMetadataKeys?.(method) ?? []) {
      Reflect.defineMetadata(metadataKey, Reflect.getMetadata(metadataKey, method), wrapped);
    }
    descriptor.value = wrapped as typeof method;
  };
}
