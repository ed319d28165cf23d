import { types } from 'node:util';
import { ConsoleLogger, Logger, type NestApplicationOptions } from '@nestjs/common';
import { context, diag, trace } from '@opentelemetry/api';
import { TraceLogger } from '../logging/trace-logger.js';
import { MetricService, TraceService } from '../nestjs-otel.js';
import { TraceLoggerInterceptor } from './trace-logger.interceptor.js';
import { tracedMethod, untracedMethods } from './traced-methods.js';
import { Tracer } from '../tracing/tracer.js';

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- a class of whatever constructor, abstract ones too
type Class = Function;

/** Selection of the providers that get spans. */
export interface ProviderSpansOptions {
  /** Called once for each class that is in question; default: all of them. */
  include?: (type: Class) => boolean;
  /** Classes, with those that extend them, whose instances are left alone. */
  exclude?: readonly Class[];
}

// https://github.com/nestjs/nest/blob/master/packages/common/constants.ts
const INJECTABLE = '__injectable__';
const CONTROLLER = '__controller__';

/** Methods that Nest calls; the server span describes them. */
const nestsOwn = [
  ...['canActivate', 'intercept', 'transform', 'catch', 'use'],
  ...['onModuleInit', 'onApplicationBootstrap', 'onModuleDestroy'],
  ...['beforeApplicationShutdown', 'onApplicationShutdown'],
];

const ours: readonly Class[] = [Tracer, TraceLogger, TraceLoggerInterceptor, MetricService, TraceService];

/**
 * Spans for the public methods of all `@Injectable()` providers, without decorators, through Nest's own instance hook:
 *
 *     NestFactory.create(AppModule, { instrument: traceProviders({ exclude: [ConfigService] }) });
 *
 * Spans appear only below a recorded span: start-up, lifecycle and background work make none. Methods with `@Span()` or in a
 * `@Traceable()` class keep the one they have. Controllers are described by the server span; guards, pipes, filters,
 * interceptors and middleware are not traced by their own method.
 *
 * A provider stays the object that it is, with a prototype of its own between it and its class, so that `#private`
 * members, `instanceof`, metadata and its own keys work as before. Providers that are no instance of such a class stay
 * unchanged: values, results of factories (Map, Set, Date, callable clients) and proxies. A frozen provider cannot be
 * followed, which is reported once.
 */
export const traceProviders = ({
  include = () => true,
  exclude = [],
}: ProviderSpansOptions = {}): NonNullable<NestApplicationOptions['instrument']> => {
  const excluded = [...ours, ...exclude, Logger, ConsoleLogger];
  const isWanted = (type: Class): boolean =>
    Reflect.getMetadata(INJECTABLE, type) === true &&
    Reflect.getMetadata(CONTROLLER, type) !== true &&
    !excluded.some((each) => type === each || type.prototype instanceof each) &&
    include(type);
  /** By the prototype of the class: what stands before it, `undefined` where nothing is to be traced. */
  const prepared = new WeakMap<object, object | undefined>();
  const madeHere = new WeakSet<object>();

  const prepare = (prototype: object): object | undefined => {
    const type: unknown = prototype.constructor;
    if (typeof type !== 'function' || !isWanted(type)) return undefined;
    const methods = untracedMethods(prototype).filter(({ key }) => !nestsOwn.includes(key));
    if (methods.length === 0) return undefined;
    const between = Object.create(prototype) as object;
    for (const { key, method, descriptor } of methods) {
      Object.defineProperty(between, key, {
        ...descriptor,
        value: tracedMethod(method, `${type.name}.${key}`, {}, isRecording),
      });
    }
    madeHere.add(between);
    return between;
  };

  return {
    instanceDecorator: (instance: unknown) => {
      // A callable object is a function; a proxy may not report its real prototype.
      if (typeof instance !== 'object' || instance === null || types.isProxy(instance)) return instance;
      const prototype = Object.getPrototypeOf(instance) as object | null;
      if (prototype === null || madeHere.has(prototype)) return instance;
      if (!prepared.has(prototype)) prepared.set(prototype, prepare(prototype));
      const between = prepared.get(prototype);
      if (!between) return instance;
      if (!Object.isExtensible(instance)) {
        diag.warn(
          `${prototype.constructor.name} stays without spans, because its instance is frozen: use @Traceable() on the class, or exclude it from traceProviders()`,
        );
        return instance;
      }
      return Object.setPrototypeOf(instance, between) as object;
    },
  };
};

const isRecording = (): boolean => trace.getSpan(context.active())?.isRecording() ?? false;
