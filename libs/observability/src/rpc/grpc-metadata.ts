import { createRequire } from 'node:module';
import { load } from '../load.js';
import type { MessageHeaders } from '../propagation/message-headers.js';

/** `Metadata` of `@grpc/grpc-js`. */
export interface GrpcMetadata {
  getMap(): Record<string, unknown>;
  set: (name: string, value: string) => unknown;
  clone(): GrpcMetadata;
}

export const isGrpcMetadata = (value: unknown): value is GrpcMetadata =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<GrpcMetadata>).getMap === 'function' &&
  typeof (value as Partial<GrpcMetadata>).clone === 'function';

let metadataType: (new () => GrpcMetadata) | undefined;

/** Empty metadata, of the copy of gRPC that Nest uses. */
export const newGrpcMetadata = (): GrpcMetadata => {
  metadataType ??= (
    createRequire(load.resolve('@nestjs/microservices'))('@grpc/grpc-js') as {
      Metadata: new () => GrpcMetadata;
    }
  ).Metadata;
  return new metadataType();
};

export const headersOfMetadata = (metadata: Pick<GrpcMetadata, 'getMap'>): MessageHeaders =>
  metadata.getMap();

// https://grpc.io/docs/guides/status-codes/
const CODES = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE'],
  ...['UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
];

/** Statuses that are failures of the server: https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ */
const SERVER_FAILURES = new Set([
  ...['UNKNOWN', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
]);

export const isServerFailure = (status: string): boolean => SERVER_FAILURES.has(status);

/** Name of the gRPC status that an error carries; `UNKNOWN` for errors without one, as gRPC answers them. */
export const grpcStatusOf = (error: unknown): string => {
  const code = codeIn(error) ?? codeIn(errorWithin(error));
  return (code === undefined ? undefined : CODES[code]) ?? 'UNKNOWN';
};

const codeIn = (error: unknown): number | undefined => {
  const code: unknown =
    typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'number' ? code : undefined;
};

/** Answer within an `RpcException` of Nest. */
const errorWithin = (error: unknown): unknown => {
  if (typeof error !== 'object' || error === null) return undefined;
  return (error as { getError?: () => unknown }).getError?.();
};
