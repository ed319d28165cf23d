import type { ArgumentMetadata, CanActivate, ExecutionContext, PipeTransform } from '@nestjs/common';
import { type Attributes, diag } from '@opentelemetry/api';
import { isObservable, lastValueFrom } from 'rxjs';
import { httpStatusOf } from '../redaction/errors.js';
import { type ServedRequest, currentRequest } from '../http/served-request.js';

/** Minimum duration, in milliseconds, of a successful guard or pipe that gets an event. */
const NOTICEABLE_MILLIS = 1;

const installed = Symbol.for('@lantern/observability enhancers');

/**
 * Records on the server span which guards, pipes and exception filters took part in the request, instead of a span for
 * each: the guards that protect the handler and the filter that answered are attributes (`nestjs.guards`,
 * `nestjs.exception_filter`); a guard or pipe that rejected, failed or took a millisecond or more adds an event
 * (`nestjs.guard`, `nestjs.pipe`). Must be called before Nest registers its routes.
 */
export const watchEnhancers = async (): Promise<void> => {
  try {
    const [{ GuardsConsumer }, { PipesConsumer }, { BaseExceptionFilterContext }] = await Promise.all([
      import('@nestjs/core/guards/guards-consumer.js'),
      import('@nestjs/core/pipes/pipes-consumer.js'),
      import('@nestjs/core/exceptions/base-exception-filter-context.js'),
    ]);
    if (Object.hasOwn(GuardsConsumer.prototype, installed)) return;
    Object.defineProperty(GuardsConsumer.prototype, installed, { value: true });
    watchGuards(GuardsConsumer.prototype);
    watchPipes(PipesConsumer.prototype);
    watchFilters(BaseExceptionFilterContext.prototype);
  } catch (error) {
    diag.warn(
      'This version of Nest hides its guards, pipes and filters: server spans go without them',
      error,
    );
  }
};

interface Guards {
  tryActivate(guards: CanActivate[] | undefined, ...rest: unknown[]): Promise<boolean>;
}

/** Nest makes the list of a handler's guards once, so it is prepared once. */
const watchedGuards = new WeakMap<CanActivate[], CanActivate[]>();

const watchGuards = (prototype: object): void => {
  const consumer = prototype as Guards;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { tryActivate } = consumer;
  consumer.tryActivate = function (guards, ...rest) {
    return tryActivate.call(this, guards && watched(guards), ...rest);
  };
};

const watched = (guards: CanActivate[]): CanActivate[] => {
  let result = watchedGuards.get(guards);
  if (!result) {
    const names = guards.map(nameOf);
    result = guards.map((guard) => new WatchedGuard(guard, names));
    watchedGuards.set(guards, result);
  }
  return result;
};

class WatchedGuard implements CanActivate {
  constructor(
    private readonly guard: CanActivate,
    private readonly all: string[],
  ) {}

  canActivate(execution: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    const request = currentRequest();
    if (!request?.span.isRecording()) return this.guard.canActivate(execution);
    request.span.setAttribute('nestjs.guards', this.all);
    return follow(
      request,
      'nestjs.guard',
      { 'nestjs.name': nameOf(this.guard) },
      () => this.guard.canActivate(execution),
      (allowed) => (allowed ? 'passed' : 'refused'),
    ) as ReturnType<CanActivate['canActivate']>;
  }
}

interface Pipes {
  applyPipes(value: unknown, metadata: ArgumentMetadata, pipes: PipeTransform[]): Promise<unknown>;
}

const watchedPipes = new WeakMap<PipeTransform[], PipeTransform[]>();

const watchPipes = (prototype: object): void => {
  const consumer = prototype as Pipes;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { applyPipes } = consumer;
  consumer.applyPipes = function (value, metadata, pipes) {
    let prepared = watchedPipes.get(pipes);
    if (!prepared) {
      prepared = pipes.map((pipe) => new WatchedPipe(pipe));
      watchedPipes.set(pipes, prepared);
    }
    return applyPipes.call(this, value, metadata, prepared);
  };
};

class WatchedPipe implements PipeTransform {
  constructor(private readonly pipe: PipeTransform) {}

  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const request = currentRequest();
    if (!request?.span.isRecording()) return this.pipe.transform(value, metadata);
    const { type, data } = metadata;
    return follow(
      request,
      'nestjs.pipe',
      { 'nestjs.name': nameOf(this.pipe), 'nestjs.parameter': data === undefined ? type : `${type} ${data}` },
      (): unknown => this.pipe.transform(value, metadata),
      () => 'passed',
    );
  }
}

interface FilterContext {
  createConcreteContext(metadata: unknown[], ...rest: unknown[]): { func: FilterFunction }[];
}

type FilterFunction = (exception: unknown, host: unknown) => unknown;

const watchFilters = (prototype: object): void => {
  const context = prototype as FilterContext;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { createConcreteContext } = context;
  context.createConcreteContext = function (metadata, ...rest) {
    if (!Array.isArray(metadata)) return createConcreteContext.call(this, metadata, ...rest);
    // Filters are created one by one, because the context that Nest creates does not name its filter.
    return metadata.flatMap((filter) =>
      createConcreteContext.call(this, [filter], ...rest).map((made) => {
        const { func } = made;
        return {
          ...made,
          func: (exception: unknown, host: unknown): unknown => {
            const request = currentRequest();
            if (request) request.span.setAttribute('nestjs.exception_filter', nameOf(filter));
            return func(exception, host);
          },
        };
      }),
    );
  };
};

type Outcome = 'passed' | 'refused' | 'failed';

/** Returns the result of `work`, and records its outcome once that is known. */
const follow = (
  request: ServedRequest,
  event: string,
  attributes: Attributes,
  work: () => unknown,
  outcomeOf: (value: unknown) => Outcome,
): unknown => {
  const startedAt = performance.now();
  const note = (outcome: Outcome): void => {
    const millis = performance.now() - startedAt;
    if (outcome === 'passed' && millis < NOTICEABLE_MILLIS) return;
    request.span.addEvent(event, {
      ...attributes,
      'nestjs.outcome': outcome,
      'nestjs.duration_ms': Math.round(millis * 1000) / 1000,
    });
  };
  const thrown = (error: unknown): never => {
    const status = httpStatusOf(error);
    note(status !== undefined && status < 500 ? 'refused' : 'failed');
    throw error;
  };
  const given = (value: unknown): unknown => {
    // A guard may return an Observable, of which Nest uses the last value.
    if (isObservable(value)) return lastValueFrom(value).then(given, thrown);
    note(outcomeOf(value));
    return value;
  };
  let result: unknown;
  try {
    result = work();
  } catch (error) {
    return thrown(error);
  }
  return result instanceof Promise ? result.then(given, thrown) : given(result);
};

/** The class of an enhancer, given as class or as object. */
const nameOf = (enhancer: unknown): string => {
  const type: unknown =
    typeof enhancer === 'function' ? enhancer : (enhancer as { constructor?: unknown } | null)?.constructor;
  if (typeof type !== 'function') return 'unnamed';
  return randomName.test(type.name) ? declaredName(type) : type.name;
};

/** Name that Nest's `mixin()` gives to a class, another one in each process. */
const randomName = /^[0-9a-f]{21}$/;

/** Name in the source of the class: `MixinAuthGuard` for `AuthGuard('jwt')`. */
const declaredName = (type: object): string =>
  /^class\s+([\w$]+)/.exec(Function.prototype.toString.call(type))?.[1] ?? 'mixin';
