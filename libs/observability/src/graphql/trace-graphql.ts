import type { ModulesContainer } from '@nestjs/core';
import { context } from '@opentelemetry/api';
import { currentRequest, onRequestServed } from '../http/served-request.js';
import { safely } from '../http/safely.js';
import { traceDataLoaders } from './dataloader.js';
import { isRecorded } from './field-calls.js';
import { type ResolveInfo, graphqlRequestOf, knownGraphqlRequest } from './graphql-request.js';

type Resolver = (this: unknown, source: unknown, args: unknown, ctx: unknown, info: ResolveInfo) => unknown;

/** `GraphQLSchema`, of whatever copy and version of graphql-js. */
interface Schema {
  getTypeMap(): Record<string, { name: string; getFields?: () => Record<string, Field> }>;
}

interface Field {
  resolve?: Resolver;
}

/** `GraphQLModule` of `@nestjs/graphql`. */
interface GraphqlModule {
  completeOptions?: { schema?: Schema; path?: string };
}

/** `ResolverDecoratorHost` of `@nestjs/graphql` 14, with its hooks for each operation. */
interface OperationHooks {
  setOnRequestStartHook(hook: (operation: Operation) => unknown): void;
  getOnRequestStartHook(): ((operation: Operation) => unknown) | undefined;
  setOnRequestEndHook(hook: (operation: Operation) => void): void;
  getOnRequestEndHook(): ((operation: Operation) => void) | undefined;
}

interface Operation {
  errors?: readonly unknown[];
}

/**
 * Describes the operations of the application's GraphQL modules on the spans of their HTTP requests, and gives the fields
 * that take time a span each. Works on the schema that `@nestjs/graphql` makes, whatever its driver. To be called when the
 * modules are initialized. Returns a function that stops it.
 */
export const traceGraphql = (modules: ModulesContainer): (() => void) | undefined => {
  const found = [...graphqlModulesIn(modules)];
  if (found.length === 0) return undefined;
  traceDataLoaders();
  const paths = found.map(({ completeOptions }) => completeOptions?.path ?? '/graphql').map(withSlash);
  for (const { completeOptions } of found) {
    if (completeOptions?.schema) traceSchema(completeOptions.schema, paths);
  }
  for (const hooks of instancesOf<OperationHooks>(modules, 'ResolverDecoratorHost'))
    watchOperations(hooks, paths);
  return onRequestServed((request) => knownGraphqlRequest(request)?.finish('all'));
};

const graphqlModulesIn = (modules: ModulesContainer): Iterable<GraphqlModule> =>
  instancesOf<GraphqlModule>(modules, 'GraphQLModule');

const instancesOf = function* <T extends object>(modules: ModulesContainer, name: string): Generator<T> {
  for (const { providers } of modules.values()) {
    for (const { instance } of providers.values()) {
      if (typeof instance !== 'object' || instance === null) continue;
      if (instance.constructor.name === name) yield instance as T;
    }
  }
};

const withSlash = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

/** The endpoint is a middleware of Express or a route of a plugin, neither of which Nest reports. */
const noteRoute = (paths: readonly string[]): void => {
  const request = currentRequest();
  if (!request || request.route !== undefined) return;
  const route = paths.find((path) => request.path === path || request.path.startsWith(`${path}/`));
  if (route !== undefined) request.route = route;
};

const watchOperations = (hooks: OperationHooks, paths: readonly string[]): void => {
  if (typeof hooks.setOnRequestStartHook !== 'function') return;
  const formerStart = hooks.getOnRequestStartHook();
  const formerEnd = hooks.getOnRequestEndHook();
  hooks.setOnRequestStartHook((operation) => {
    safely('describe a GraphQL request', () => noteRoute(paths));
    return formerStart?.(operation);
  });
  hooks.setOnRequestEndHook((operation) => {
    safely('end a GraphQL operation', () => endOperation(operation));
    formerEnd?.(operation);
  });
};

const endOperation = ({ errors }: Operation): void => {
  const request = currentRequest();
  if (!request?.span.isRecording()) return;
  const graphql = graphqlRequestOf(request);
  if (errors && errors.length > 0) graphql.fail(errors);
  graphql.finish('idle');
};

const tracedSchemas = new WeakSet<Schema>();

const traceSchema = (schema: Schema, paths: readonly string[]): void => {
  if (tracedSchemas.has(schema)) return;
  tracedSchemas.add(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    // Introspection answers from memory.
    if (type.name.startsWith('__') || !type.getFields) continue;
    for (const field of Object.values(type.getFields())) {
      if (typeof field.resolve === 'function') field.resolve = traced(field.resolve, paths);
    }
  }
};

const traced = (resolve: Resolver, paths: readonly string[]): Resolver =>
  function (this: unknown, source, args, ctx, info) {
    const request = currentRequest();
    if (!request) return resolve.call(this, source, args, ctx, info);
    const graphql = graphqlRequestOf(request);
    if (info.path.prev === undefined) {
      noteRoute(paths);
      graphql.describe(info.operation);
    }
    if (!isRecorded(context.active())) return resolve.call(this, source, args, ctx, info);
    return graphql.callsOf(info).run(() => resolve.call(this, source, args, ctx, info));
  };
