import type { PartialSuccess, Signal } from '@lantern/otlp';
import type { LogIngest } from '../logs/log-ingest.js';
import type { MetricIngest } from '../metrics/metric-ingest.js';
import type { TraceIngest } from '../traces/trace-ingest.js';

/** Accepts OTLP requests of every signal from every transport. */
export class OtlpIngest {
  constructor(
    private readonly traces: TraceIngest,
    private readonly logs: LogIngest,
    private readonly metrics: MetricIngest,
  ) {}

  /**
   * @param request encoded request; its bytes belong to the store from here on
   * @returns rejected items, once queries see the others
   * @throws {MalformedOtlpError}
   */
  async acceptProtobuf(signal: Signal, request: Uint8Array): Promise<PartialSuccess> {
    if (signal === 'traces') return this.traces.acceptProtobuf(request);
    if (signal === 'logs') return this.logs.acceptOtlpProtobuf(request);
    return this.metrics.acceptProtobuf(request);
  }

  /** As {@link acceptProtobuf}, for OTLP/JSON. */
  async acceptJson(signal: Signal, request: string): Promise<PartialSuccess> {
    if (signal === 'traces') return this.traces.acceptJson(request);
    if (signal === 'logs') return this.logs.acceptOtlpJson(request);
    return this.metrics.acceptJson(request);
  }
}
