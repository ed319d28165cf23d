import type { SpanOptions } from '@opentelemetry/api';
import 'reflect-metadata';
import { runInSpan } from '../tracing/run-in-span.js';

export type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/** On a function that runs in a span already; known to all copies of the library in this process. */
const tracedMark = Symbol.for('@lantern/observability traced');

/**
 * Makes `to` stand in for `from`: name, arity and metadata, which Nest's routes, guards, pipes and Swagger read from the
 * function, and the mark that keeps it from being traced again.
 */
export const takeOver = (from: object & { name: string; length: number }, to: object): void => {
  Object.defineProperty(to, 'name', { value: from.name, configurable: true });
  Object.defineProperty(to, 'length', { value: from.length, configurable: true });
  for (const key of Reflect.getMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
  Object.defineProperty(to, tracedMark, { value: true });
};

/** Returns whether a method runs in a span of its own. */
export const isTracedMethod = (method: AnyMethod): boolean => tracedMark in method;

/** Returns the method inside a span. If `when` is given, only calls for which it returns true get a span. */
export const tracedMethod = (
  method: AnyMethod,
  name: string,
  options: SpanOptions,
  when?: () => boolean,
): AnyMethod => {
  const traced = function (this: unknown, ...args: unknown[]): unknown {
    if (when && !when()) return method.apply(this, args);
    return runInSpan(name, options, () => method.apply(this, args));
  };
  takeOver(method, traced);
  return traced;
};

/** A method as a class has it. */
export interface PublicMethod {
  key: string;
  method: AnyMethod;
  descriptor: PropertyDescriptor;
}

/**
 * The methods of a prototype and those that it inherits, the nearest of each name, which are not traced yet. Left out
 * are the constructor, accessors, symbols, names with a leading underscore, `then`, `toJSON`, and the methods of
 * built-in classes (a provider may extend `Map`).
 */
export const untracedMethods = (prototype: object): PublicMethod[] => {
  const seen = new Set(['constructor', 'then', 'toJSON']);
  const methods: PublicMethod[] = [];
  for (
    let at: object | null = prototype;
    at !== null && !isBuiltIn(at);
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (seen.has(key) || key.startsWith('_')) continue;
      seen.add(key);
      const method: unknown = descriptor.value;
      if (typeof method !== 'function' || tracedMark in method || isClass(method)) continue;
      methods.push({ key, method: method as AnyMethod, descriptor });
    }
  }
  return methods;
};

const isBuiltIn = (prototype: object): boolean =>
  Function.prototype.toString.call(prototype.constructor).endsWith('{ [native code] }');

const isClass = (fn: object): boolean => Function.prototype.toString.call(fn).startsWith('class');
