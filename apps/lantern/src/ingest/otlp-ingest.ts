import { FULL_SUCCESS, type PartialSuccess, type Signal } from '@lantern/otlp';
import type { Report } from '../http/failure.js';
import type { LogIngest } from './log-ingest.js';
import type { TraceIngest } from './trace-ingest.js';

/**
 * Takes OTLP requests of every signal, however they arrived: the transports only translate. Metrics are taken, so
 * that senders which export all signals to one address are content, and are not kept.
 */
export class OtlpIngest {
  private readonly unkept = new Set<Signal>();

  constructor(
    private readonly traces: TraceIngest,
    private readonly logs: LogIngest,
    private readonly report: Report,
  ) {}

  /**
   * @param request its bytes belong to the store from here on
   * @returns what was not taken, once the rest can be queried
   * @throws {MalformedOtlpError}
   */
  async acceptProtobuf(signal: Signal, request: Uint8Array): Promise<PartialSuccess> {
    if (signal === 'traces') return this.traces.acceptProtobuf(request);
    return signal === 'logs' ? this.logs.acceptOtlpProtobuf(request) : this.dismiss(signal);
  }

  /** As {@link acceptProtobuf}, for OTLP/JSON. */
  async acceptJson(signal: Signal, request: string): Promise<PartialSuccess> {
    if (signal === 'traces') return this.traces.acceptJson(request);
    return signal === 'logs' ? this.logs.acceptOtlpJson(request) : this.dismiss(signal);
  }

  private dismiss(signal: Signal): PartialSuccess {
    if (!this.unkept.has(signal)) this.report(`OTLP ${signal} arrive: they are accepted, and not kept.`);
    this.unkept.add(signal);
    return FULL_SUCCESS;
  }
}
