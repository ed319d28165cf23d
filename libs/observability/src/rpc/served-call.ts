import { type Span, SpanStatusCode } from '@opentelemetry/api';
import {
  ATTR_CODE_FUNCTION_NAME,
  ATTR_ERROR_TYPE,
  ATTR_RPC_STATUS_CODE,
} from '@opentelemetry/semantic-conventions';
import { errorType } from '../redaction/errors.js';
import { recordException, recordFailure } from '../tracing/failure.js';
import { grpcStatusOf, isServerFailure } from './grpc-metadata.js';

/** A message that a handler of this process serves, from Nest's start hook to the first of its end hooks. */
export class ServedCall {
  private error: { thrown: unknown } | undefined;
  private ended = false;

  constructor(
    readonly span: Span,
    private readonly isGrpc: boolean,
  ) {}

  /** Controller and handler, `OrdersController.place`. */
  servedBy(handler: string): void {
    this.span.setAttribute(ATTR_CODE_FUNCTION_NAME, handler);
  }

  /** Keeps the first error: filters may throw another one in its place. */
  fail(thrown: unknown): void {
    this.error ??= { thrown };
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.isGrpc) this.describeStatus();
    else if (this.error) {
      this.span.setAttribute(ATTR_ERROR_TYPE, errorType(this.error.thrown));
      recordFailure(this.span, this.error.thrown);
    }
    this.span.end();
  }

  private describeStatus(): void {
    const status = this.error ? grpcStatusOf(this.error.thrown) : 'OK';
    this.span.setAttribute(ATTR_RPC_STATUS_CODE, status);
    if (!this.error || !isServerFailure(status)) return;
    this.span.setAttribute(ATTR_ERROR_TYPE, status);
    this.span.setStatus({
      code: SpanStatusCode.ERROR,
      message: recordException(this.span, this.error.thrown),
    });
  }
}

/** By the objects that hooks and handlers of one message share. */
const calls = new WeakMap<object, ServedCall>();

export const rememberCall = (call: ServedCall, keys: readonly unknown[]): void => {
  for (const key of keys) if (typeof key === 'object' && key !== null) calls.set(key, call);
};

export const callOf = (key: unknown): ServedCall | undefined =>
  typeof key === 'object' && key !== null ? calls.get(key) : undefined;

/** Returns the call by the arguments of its handler: data and context, or the parts of a gRPC call. */
export const callOfArguments = (args: readonly unknown[]): ServedCall | undefined => {
  // gRPC passes (request, metadata, call), and to a handler of the call itself (call, callback).
  return (
    callOf(args[1]) ?? callOf(args[0]) ?? callOf((args[0] as { metadata?: unknown } | undefined)?.metadata)
  );
};
