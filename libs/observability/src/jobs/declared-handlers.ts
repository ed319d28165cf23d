import type { ModulesContainer } from '@nestjs/core';
import { type Attributes, ROOT_CONTEXT, type SpanOptions, context, trace } from '@opentelemetry/api';
import { ATTR_CODE_FUNCTION_NAME } from '@opentelemetry/semantic-conventions';
import 'reflect-metadata';
import { isInstrumented } from '../environment.js';
import { type AnyMethod, isTracedMethod, takeOver } from '../nest/traced-methods.js';
import { runInSpan } from '../tracing/run-in-span.js';

/** Handler as its decorator declares it. */
interface Declared {
  /** `CleanUp.everyNight` */
  name: string;
  method: AnyMethod;
  /** Value under the metadata key of the decorator. */
  metadata: unknown;
}

/** Kind of handlers that Nest's packages call, found by the metadata of their decorators. */
interface HandlerKind {
  /** Name in `OTEL_NODE_DISABLED_INSTRUMENTATIONS`. */
  integration: string;
  metadataKey: string;
  /** Method of a decorated class; undefined if methods themselves are decorated. */
  method?: string;
  traced: (declared: Declared) => AnyMethod;
}

/** Runs a handler in a span below the caller's; without one, in none. */
const inCallersTrace =
  (attributesOf: (declared: Declared) => Attributes) =>
  (declared: Declared): AnyMethod => {
    const { name, method } = declared;
    // `@Span()` describes it already.
    if (isTracedMethod(method)) return method;
    const options: SpanOptions = {
      attributes: { [ATTR_CODE_FUNCTION_NAME]: name, ...attributesOf(declared) },
    };
    return function (this: unknown, ...args: unknown[]): unknown {
      if (trace.getSpan(context.active())?.isRecording() !== true) return method.apply(this, args);
      return runInSpan(name, options, () => method.apply(this, args));
    };
  };

/** Runs each call as the beginning of a trace: a timer belongs to no request. */
const asNewTrace =
  (attributesOf: (declared: Declared) => Attributes) =>
  (declared: Declared): AnyMethod => {
    const { name, method } = declared;
    const attributes = { [ATTR_CODE_FUNCTION_NAME]: name, ...attributesOf(declared) };
    let running = 0;
    return function (this: unknown, ...args: unknown[]): unknown {
      const overlap = running === 0 ? {} : { 'nestjs.schedule.overlapping': running };
      const run = (): unknown => {
        const result = method.apply(this, args);
        const isPending = result instanceof Promise;
        if (!isPending) return result;
        running++;
        return result.finally(() => running--);
      };
      return context.with(ROOT_CONTEXT, () =>
        runInSpan(name, { root: true, attributes: { ...attributes, ...overlap } }, run),
      );
    };
  };

// The keys are those of https://github.com/nestjs/schedule, https://github.com/nestjs/event-emitter and https://github.com/nestjs/cqrs.
const kinds: readonly HandlerKind[] = [
  {
    integration: 'nestjs-schedule',
    metadataKey: 'SCHEDULER_TYPE',
    traced: asNewTrace(({ method }) => scheduleAttributes(method)),
  },
  {
    integration: 'nestjs-event-emitter',
    metadataKey: 'EVENT_LISTENER_METADATA',
    traced: inCallersTrace(({ metadata }) => ({ 'nestjs.event': eventNames(metadata) })),
  },
  ...[
    ['__commandHandler__', 'execute', 'command'] as const,
    ['__queryHandler__', 'execute', 'query'] as const,
    ['__eventsHandler__', 'handle', 'event'] as const,
  ].map(([metadataKey, method, type]) => ({
    integration: 'nestjs-cqrs',
    metadataKey,
    method,
    traced: inCallersTrace(({ metadata }) => ({ [`nestjs.cqrs.${type}`]: classNames(metadata) })),
  })),
];

/** Traces the handlers of all classes that the application declares. Must be called before Nest's packages look for them. */
export const traceDeclaredHandlers = (modules: ModulesContainer, env: NodeJS.ProcessEnv): void => {
  const enabled = kinds.filter(({ integration }) => isInstrumented(env, integration));
  for (const { providers, controllers } of modules.values()) {
    for (const { metatype } of [...providers.values(), ...controllers.values()]) {
      if (typeof metatype === 'function' && isClassLike(metatype)) traceClass(metatype, enabled);
    }
  }
};

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- a class of whatever constructor, or a factory
type Class = Function;

const isClassLike = (type: Class): boolean => typeof type.prototype === 'object' && type.prototype !== null;

const handled = new WeakSet<object>();

const traceClass = (type: Class, enabled: readonly HandlerKind[]): void => {
  for (const kind of enabled) {
    if (kind.method !== undefined) {
      const metadata: unknown = Reflect.getMetadata(kind.metadataKey, type);
      if (metadata !== undefined) traceMethod(type, kind.method, kind, metadata);
      continue;
    }
    for (const key of methodNames(type.prototype as object)) {
      const method: unknown = (type.prototype as Record<string, unknown>)[key];
      if (typeof method !== 'function') continue;
      const metadata: unknown = Reflect.getMetadata(kind.metadataKey, method);
      if (metadata !== undefined) traceMethod(type, key, kind, metadata);
    }
  }
};

const methodNames = (prototype: object): string[] => {
  const names = new Set<string>();
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && key !== 'constructor') names.add(key);
    }
  }
  return [...names];
};

const traceMethod = (type: Class, key: string, kind: HandlerKind, metadata: unknown): void => {
  const prototype = type.prototype as Record<string, unknown>;
  const method = prototype[key];
  if (typeof method !== 'function' || handled.has(method)) return;
  const declared = { name: `${type.name}.${key}`, method: method as AnyMethod, metadata };
  const traced = kind.traced(declared);
  if (traced === method) return;
  takeOver(method, traced);
  handled.add(traced);
  Object.defineProperty(prototype, key, { value: traced, configurable: true, writable: true });
};

const scheduleTypes: Record<number, string> = { 1: 'cron', 2: 'timeout', 3: 'interval' };

const scheduleAttributes = (method: AnyMethod): Attributes => {
  const read = (key: string): unknown => Reflect.getMetadata(key, method);
  const cron = read('SCHEDULE_CRON_OPTIONS') as { cronTime?: unknown; timeZone?: unknown } | undefined;
  const timer = (read('SCHEDULE_INTERVAL_OPTIONS') ?? read('SCHEDULE_TIMEOUT_OPTIONS')) as
    { timeout?: unknown } | undefined;
  const name = read('SCHEDULER_NAME');
  const attributes: Attributes = {
    'nestjs.schedule.type': scheduleTypes[read('SCHEDULER_TYPE') as number] ?? 'other',
  };
  if (typeof cron?.cronTime === 'string') attributes['nestjs.schedule.cron'] = cron.cronTime;
  if (typeof cron?.timeZone === 'string') attributes['nestjs.schedule.time_zone'] = cron.timeZone;
  if (typeof timer?.timeout === 'number') attributes['nestjs.schedule.timeout_ms'] = timer.timeout;
  if (typeof name === 'string') attributes['nestjs.schedule.name'] = name;
  return attributes;
};

const eventNames = (metadata: unknown): string[] =>
  [metadata].flat().flatMap((each) => {
    const { event } = each as { event?: unknown };
    return [event].flat().map(String);
  });

const classNames = (metadata: unknown): string[] =>
  [metadata].flat().map((each) => (typeof each === 'function' ? each.name : String(each)));
