/**
 * `google.rpc.Status`: the body of every error response of OTLP over HTTP, and a detail of some gRPC errors.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
export interface RpcStatus {
  /** @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
  readonly code: number;
  readonly message: string;
}
