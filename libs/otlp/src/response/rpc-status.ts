/**
 * The body of every error answer of OTLP over HTTP, and a detail of some over gRPC: `google.rpc.Status`.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
export interface RpcStatus {
  /** @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
  readonly code: number;
  readonly message: string;
}
