import { SpanStatusCode } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import type { ServedRequest } from '../http/served-request.js';
import { errorType, httpStatusOf } from '../redaction/errors.js';
import { recordException } from '../tracing/failure.js';
import { FieldCalls } from './field-calls.js';

/** Part of `GraphQLResolveInfo` that spans need: https://graphql.org/graphql-js/type/ */
export interface ResolveInfo {
  fieldNodes: readonly object[];
  parentType: { name: string };
  returnType: unknown;
  path: FieldPath;
  operation: { operation: string; name?: { value: string } | undefined };
}

interface FieldPath {
  prev: FieldPath | undefined;
  key: string | number;
}

/** An HTTP request that executes GraphQL operations, one or a batch of them. */
export class GraphqlRequest {
  /** graphql-js gives the same list of nodes to all calls for one field of one parent type. */
  private readonly byNodes = new Map<readonly object[], FieldCalls>();
  private readonly byPath = new Map<string, FieldCalls>();
  private isNamed = false;
  private errorCount = 0;
  private isFailed = false;

  constructor(private readonly request: ServedRequest) {}

  /** The operation, `query products`, names the server span. Of a batch the first one does. */
  describe({ operation, name }: ResolveInfo['operation']): void {
    if (this.isNamed) return;
    this.isNamed = true;
    const { request } = this;
    request.spanName = name ? `${operation} ${name.value}` : operation;
    request.span.setAttribute('graphql.operation.type', operation);
    if (name) request.span.setAttribute('graphql.operation.name', name.value);
  }

  callsOf(info: ResolveInfo): FieldCalls {
    const known = this.byNodes.get(info.fieldNodes);
    if (known) return known;
    const path = pathOf(info.path);
    let calls = this.byPath.get(path);
    if (!calls) {
      calls = new FieldCalls(() => ({
        path,
        type: String(info.returnType),
        parentType: info.parentType.name,
      }));
      this.byPath.set(path, calls);
    }
    this.byNodes.set(info.fieldNodes, calls);
    return calls;
  }

  /** Marks the span of an answer with errors, whose status is 200 all the same. */
  fail(errors: readonly unknown[]): void {
    const { span } = this.request;
    this.errorCount += errors.length;
    span.setAttribute('graphql.errors', this.errorCount);
    const failure = errors.find((error) => !isCallersFault(error));
    if (failure === undefined || this.isFailed) return;
    this.isFailed = true;
    const thrown = (failure as { originalError?: unknown }).originalError ?? failure;
    span.setAttribute(ATTR_ERROR_TYPE, errorType(thrown));
    span.setStatus({ code: SpanStatusCode.ERROR, message: recordException(span, thrown) });
  }

  /** Ends the spans of the fields. Those of other operations of the batch may go on. */
  finish(which: 'idle' | 'all'): void {
    for (const [path, calls] of this.byPath) {
      if (which === 'idle' && calls.isActive) continue;
      calls.finish();
      this.byPath.delete(path);
    }
    this.byNodes.clear();
  }
}

const pathOf = (path: FieldPath): string => {
  const names: string[] = [];
  for (let each: FieldPath | undefined = path; each; each = each.prev) {
    if (typeof each.key === 'string') names.unshift(each.key);
  }
  return names.join('.');
};

/** Codes by which Apollo and Nest name errors of a client: https://www.apollographql.com/docs/apollo-server/data/errors */
const CLIENT_ERRORS = new Set([
  ...['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'BAD_REQUEST'],
  ...['OPERATION_RESOLUTION_FAILURE', 'PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED'],
  ...['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'],
]);

const isCallersFault = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  const { extensions, originalError } = error as { extensions?: { code?: unknown }; originalError?: unknown };
  const status = httpStatusOf(originalError);
  if (status !== undefined) return status < 500;
  return CLIENT_ERRORS.has(String(extensions?.code));
};

const requests = new WeakMap<ServedRequest, GraphqlRequest>();

export const graphqlRequestOf = (request: ServedRequest): GraphqlRequest => {
  let found = requests.get(request);
  if (!found) {
    found = new GraphqlRequest(request);
    requests.set(request, found);
  }
  return found;
};

/** Returns the GraphQL request that an HTTP request is; undefined for all others. */
export const knownGraphqlRequest = (request: ServedRequest): GraphqlRequest | undefined =>
  requests.get(request);
