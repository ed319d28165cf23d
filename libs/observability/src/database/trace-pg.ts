import { errorMonitor } from 'node:events';
import { type Context, ROOT_CONTEXT, SpanKind, context, trace } from '@opentelemetry/api';
import { onModuleLoaded } from '../loaded-modules.js';
import { tracer } from '../tracing/run-in-span.js';
import { DatabaseCall, beginSafely, failCall } from './database-call.js';
import { isPatched, markPatched } from './patched.js';
import { type Statements, type DatabaseTarget, statementsOf, targetAttributes } from './statement.js';

type Callback = (error: unknown, ...results: unknown[]) => unknown;

/** Statement that drives itself: `pg.Query`, `pg-cursor`, `pg-query-stream`. */
interface Submittable {
  submit: unknown;
  text?: unknown;
  cursor?: { text?: unknown };
  callback?: Callback | undefined;
  emit?: (...args: unknown[]) => boolean;
  once?: (event: string | symbol, listener: (argument?: unknown) => void) => unknown;
}

interface QueryConfig {
  text?: unknown;
  callback?: Callback | undefined;
}

/** Part of `pg.Client` that is read. */
interface PgClient {
  host?: string;
  port?: number;
  database?: string;
  [poolWait]?: number | undefined;
  [statementsKey]?: Statements;
}

interface ClientPrototype {
  query: (this: PgClient, config: unknown, values?: unknown, callback?: unknown) => unknown;
}

interface PoolPrototype {
  connect: (this: PgPool, callback?: Callback) => unknown;
}

interface PgPool {
  options?: { host?: string; port?: number; database?: string };
}

/** On a client, until its first query: time in milliseconds that the pool took to hand it out. */
const poolWait = Symbol('pool wait');
const statementsKey = Symbol('statements');

/** Traces each copy of `pg` in this process, those that are loaded later too. */
export const tracePgWhenLoaded = (): void => {
  onModuleLoaded({ path: '/pg/lib/client.js', id: './client', parent: '/pg/lib/index.js' }, (Client) =>
    traceClient((Client as { prototype: ClientPrototype }).prototype),
  );
  onModuleLoaded({ path: '/pg-pool/index.js', id: 'pg-pool', parent: '/pg/lib/index.js' }, (Pool) =>
    tracePool((Pool as { prototype: PoolPrototype }).prototype),
  );
};

/**
 * Traces a copy of `pg`: one CLIENT span a statement, and callbacks in the context of their caller. Returns false for anything
 * but `pg`.
 */
export const tracePg = (pg: object): boolean => {
  const { Client, Pool } = pg as { Client?: unknown; Pool?: unknown };
  if (typeof Client !== 'function' || typeof Pool !== 'function') return false;
  const client = holderOf(Client.prototype as object, 'query') as ClientPrototype | undefined;
  const pool = holderOf(Pool.prototype as object, 'connect') as PoolPrototype | undefined;
  if (!client || !pool) return false;
  traceClient(client);
  tracePool(pool);
  return true;
};

/** Prototype in the chain that has the method; `pg.Pool` inherits those of `pg-pool`. */
const holderOf = (prototype: object, method: string): object | undefined => {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, method)) return at;
  }
  return undefined;
};

const traceClient = (prototype: ClientPrototype): void => {
  const { query } = prototype;
  if (isPatched(query)) return;
  const traced: ClientPrototype['query'] = function (config, values, callback) {
    const pending = { call: beginSafely(() => begin(this, config)), outer: context.active() };
    try {
      return send(query, this, pending, config, values, callback);
    } catch (error) {
      pending.call?.end(error);
      throw error;
    }
  };
  markPatched(traced);
  prototype.query = traced;
};

const begin = (client: PgClient, config: unknown): DatabaseCall | undefined => {
  const text = textOf(config);
  if (text === undefined) return undefined;
  const statement = (client[statementsKey] ??= statementsOf(targetOf(client))).of(text);
  const wait = client[poolWait];
  if (wait !== undefined) client[poolWait] = undefined;
  return DatabaseCall.begin(statement, wait);
};

const textOf = (config: unknown): string | undefined => {
  if (typeof config === 'string') return config;
  if (typeof config !== 'object' || config === null) return undefined;
  const { text, cursor } = config as Submittable;
  const found = text ?? cursor?.text;
  return typeof found === 'string' ? found : undefined;
};

const targetOf = ({ host, port, database }: NonNullable<PgPool['options']>): DatabaseTarget => ({
  system: 'postgresql',
  namespace: database,
  serverAddress: host,
  // A Unix socket has a folder for its address.
  serverPort: host?.startsWith('/') === true ? undefined : port,
});

/** Query under way. */
interface Pending {
  /** Undefined if it gets no span. */
  call: DatabaseCall | undefined;
  /** Context of the caller. */
  outer: Context;
}

/** Sends the query, so that its callback runs in the caller's context, and the call ends when the query does. */
const send = (
  query: ClientPrototype['query'],
  client: PgClient,
  pending: Pending,
  config: unknown,
  values: unknown,
  callback: unknown,
): unknown => {
  if (isSubmittable(config)) {
    follow(config, pending, values, callback);
    return query.call(client, config);
  }
  if (typeof values === 'function') return query.call(client, config, followed(values as Callback, pending));
  if (typeof callback === 'function') {
    return query.call(client, config, values, followed(callback as Callback, pending));
  }
  const own = (config as QueryConfig | null | undefined)?.callback;
  if (typeof own === 'function') {
    const settings = config as QueryConfig;
    // pg reads it before it returns; the object may be used again.
    settings.callback = followed(own, pending);
    try {
      return query.call(client, config, values);
    } finally {
      settings.callback = own;
    }
  }
  const { call } = pending;
  const result = query.call(client, config, values, callback);
  if (!call) return result;
  return (result as Promise<unknown>).then(
    (value) => {
      call.end();
      return value;
    },
    (error: unknown) => {
      call.end(error);
      throw error;
    },
  );
};

const isSubmittable = (config: unknown): config is Submittable =>
  typeof config === 'object' && config !== null && typeof (config as Submittable).submit === 'function';

/** pg calls back from the socket, whose context is that of the request that opened the connection. */
const followed = (callback: Callback, { call, outer }: Pending): Callback => {
  if (!call && outer === ROOT_CONTEXT) return callback;
  return (error, ...results) => {
    call?.end(error);
    return context.with(outer, callback, undefined, error, ...results);
  };
};

/** A cursor or stream lasts until it has been read or closed. */
const follow = (submittable: Submittable, pending: Pending, values: unknown, callback: unknown): void => {
  const { call, outer } = pending;
  const given = submittable.callback ?? [values, callback].find((each) => typeof each === 'function');
  if (given !== undefined) {
    submittable.callback = followed(given as Callback, pending);
    return;
  }
  const { emit } = submittable;
  if (!emit || !submittable.once) {
    call?.end();
    return;
  }
  if (call) {
    let ended = false;
    const end = (error?: unknown): void => {
      if (ended) return;
      ended = true;
      call.end(error);
    };
    // `error` itself would count as handled.
    submittable.once(errorMonitor, end);
    submittable.once('end', () => end());
    submittable.once('close', () => end());
  }
  submittable.emit = function (...args) {
    return context.with(outer, () => emit.apply(this, args));
  };
};

const tracePool = (prototype: PoolPrototype): void => {
  const { connect } = prototype;
  if (isPatched(connect)) return;
  const traced: PoolPrototype['connect'] = function (callback) {
    const outer = context.active();
    const askedAt = performance.now();
    if (typeof callback !== 'function') {
      return (connect.call(this) as Promise<PgClient>).then(
        (client) => {
          client[poolWait] = performance.now() - askedAt;
          return client;
        },
        (error: unknown) => {
          reportRefusal(this, error, askedAt, outer);
          throw error;
        },
      );
    }
    return connect.call(this, (error, ...rest) => {
      const [client] = rest as [PgClient | undefined];
      if (client) client[poolWait] = performance.now() - askedAt;
      if (error !== undefined && error !== null) reportRefusal(this, error, askedAt, outer);
      // The pool calls back from the request that returned the connection.
      return context.with(outer, callback, undefined, error, ...rest);
    });
  };
  markPatched(traced);
  prototype.connect = traced;
};

/** A pool that is exhausted, or a database that is away, gets a span: no statement tells of it. */
const reportRefusal = (pool: PgPool, error: unknown, askedAt: number, outer: Context): void => {
  if (trace.getSpan(outer)?.isRecording() !== true) return;
  const attributes = targetAttributes(targetOf(pool.options ?? {}));
  const startTime = Date.now() - (performance.now() - askedAt);
  const span = tracer.startSpan('connect', { kind: SpanKind.CLIENT, attributes, startTime }, outer);
  failCall(span, error);
  span.end();
};
