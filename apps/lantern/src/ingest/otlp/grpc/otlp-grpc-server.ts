import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { encodeExportResponse, type Signal } from '@lantern/otlp';
import type { AccessToken } from '../../../transport/access/access-token.js';
import type { Report } from '../../../transport/errors/failure.js';
import {
  listenForConnections,
  type ConnectionListener,
  type ListenOptions,
} from '../../../transport/server/listen.js';
import type { OtlpIngest } from '../otlp-ingest.js';
import { limitCalls, type CallLimits } from './call-limits.js';
import { grpcStatusOf } from './grpc-status.js';
import { OTLP_SERVICES } from './otlp-services.js';
import { requireToken } from './require-token.js';

export interface OtlpGrpcServerOptions extends CallLimits {
  readonly report: Report;
  /** Bearer token required from every client. Undefined disables authentication. */
  readonly token?: AccessToken | undefined;
}

/**
 * OTLP over gRPC. Queries see the spans of a request once it is answered. Web pages cannot send requests here, because
 * browsers do not open HTTP/2 connections without TLS.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 */
export class OtlpGrpcServer {
  private readonly server: Server;
  private readonly connections: ReturnType<Server['createConnectionInjector']>;
  private listener: ConnectionListener | undefined;

  constructor(
    private readonly ingest: OtlpIngest,
    private readonly options: OtlpGrpcServerOptions,
  ) {
    this.server = new Server({
      'grpc.max_receive_message_length': options.maxMessageBytes,
      interceptors: [...(options.token ? [requireToken(options.token)] : []), limitCalls(options)],
    });
    for (const { signal, definition } of OTLP_SERVICES) {
      this.server.addService(definition, { Export: this.exportOf(signal) });
    }
    this.connections = this.server.createConnectionInjector(ServerCredentials.createInsecure());
  }

  /**
   * @returns the URL of the server
   * @throws {ListenError}
   */
  async listen(options: ListenOptions): Promise<string> {
    this.listener = await listenForConnections(
      (socket) => this.connections.injectConnection(socket),
      options,
    );
    return this.listener.url;
  }

  /** Waits for running calls, and cancels them after the grace period. */
  async close(graceMillis: number): Promise<void> {
    this.listener?.close();
    await new Promise<void>((done) => {
      const deadline = setTimeout(() => {
        this.server.forceShutdown();
        done();
      }, graceMillis);
      this.server.tryShutdown(() => {
        clearTimeout(deadline);
        done();
      });
    });
  }

  private exportOf(signal: Signal): handleUnaryCall<Buffer, Buffer> {
    return (call, respond) => {
      const answer = async (): Promise<Buffer> =>
        Buffer.from(encodeExportResponse(await this.ingest.acceptProtobuf(signal, call.request)));
      answer().then(
        (response) => respond(null, response),
        (error: unknown) => respond(grpcStatusOf(error, this.options.report)),
      );
    };
  }
}
