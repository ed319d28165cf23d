import type { SpanOptions } from '@opentelemetry/api';
import { tracedMethod, untracedMethods } from './traced-methods.js';

/** Options of `@Traceable()`: those of each span, and which methods get none. */
export interface TraceableOptions extends SpanOptions {
  /** Names of methods that are left alone. */
  exclude?: readonly string[];
}

/**
 * Runs each public method of the class inside a span named `Class.method`, inherited methods too, with everything that
 * `@Span()` does about its end and its errors:
 *
 *     @Injectable()
 *     @Traceable({ exclude: ['isReady'] })
 *     export class PaymentsService { … }
 *
 * A method with `@Span()` keeps that span and gets no second one. Left alone are accessors, static methods, functions in
 * fields, `#private` methods, and names that begin with an underscore: `private` of TypeScript leaves no trace at
 * run time.
 */
export const Traceable = ({ exclude = [], ...options }: TraceableOptions = {}): ClassDecorator => {
  return ({ name, prototype }) => {
    const target = prototype as object;
    for (const { key, method, descriptor } of untracedMethods(target)) {
      if (exclude.includes(key)) continue;
      // On the class itself, where a method is inherited: its parent and other children stay as they are.
      Object.defineProperty(target, key, {
        ...descriptor,
        value: tracedMethod(method, `${name}.${key}`, options),
      });
    }
  };
};
