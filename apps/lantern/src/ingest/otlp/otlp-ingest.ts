import type { PartialSuccess, Signal } from '@lantern/otlp';
import type { ForwardedRequest } from '../../forward/forwarded-request.js';
import type { Forwarder } from '../../forward/forwarder.js';
import type { LogIngest } from '../logs/log-ingest.js';
import type { MetricIngest } from '../metrics/metric-ingest.js';
import type { TraceIngest } from '../traces/trace-ingest.js';

/** Body of a request before it was decompressed. */
export type ReceivedBody = Omit<ForwardedRequest, 'signal'>;

const PROTOBUF = 'application/x-protobuf';

/** Accepts OTLP requests of every signal from every transport. */
export class OtlpIngest {
  constructor(
    private readonly traces: TraceIngest,
    private readonly logs: LogIngest,
    private readonly metrics: MetricIngest,
    /** Sends accepted requests on. */
    private readonly forwarder?: Forwarder,
  ) {}

  /**
   * @param request encoded request; its bytes belong to the store from here on
   * @param received how the request came; uncompressed by default
   * @returns rejected items, once queries see the others
   * @throws {MalformedOtlpError}
   */
  async acceptProtobuf(
    signal: Signal,
    request: Uint8Array,
    received: ReceivedBody = { contentType: PROTOBUF, contentEncoding: '', body: request },
  ): Promise<PartialSuccess> {
    const result =
      signal === 'traces'
        ? await this.traces.acceptProtobuf(request)
        : signal === 'logs'
          ? await this.logs.acceptOtlpProtobuf(request)
          : await this.metrics.acceptProtobuf(request);
    await this.forwarder?.add({ signal, ...received });
    return result;
  }

  /** As {@link acceptProtobuf}, for OTLP/JSON. */
  async acceptJson(signal: Signal, request: string, received: ReceivedBody): Promise<PartialSuccess> {
    const result =
      signal === 'traces'
        ? await this.traces.acceptJson(request)
        : signal === 'logs'
          ? await this.logs.acceptOtlpJson(request)
          : await this.metrics.acceptJson(request);
    await this.forwarder?.add({ signal, ...received });
    return result;
  }
}
