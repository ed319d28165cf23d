import {
  FULL_SUCCESS,
  decodeMetricsRequest,
  parseMetricsRequestJson,
  type PartialSuccess,
  type Signal,
} from '@lantern/otlp';
import type { Report } from '../../transport/errors/failure.js';
import { MAX_MESSAGES, rejectTooManyMembers } from '../item-limit.js';
import type { LogIngest } from '../logs/log-ingest.js';
import type { TraceIngest } from '../traces/trace-ingest.js';

/**
 * Accepts OTLP requests of every signal from every transport. Metrics are checked and discarded, so that exporters that
 * send every signal here do not fail. A malformed request is rejected for every signal.
 */
export class OtlpIngest {
  /** Signals whose discarding was reported. */
  private readonly discarded = new Set<Signal>();

  constructor(
    private readonly traces: TraceIngest,
    private readonly logs: LogIngest,
    private readonly report: Report,
  ) {}

  /**
   * @param request encoded request; its bytes belong to the store from here on
   * @returns rejected items, once queries see the others
   * @throws {MalformedOtlpError}
   */
  async acceptProtobuf(signal: Signal, request: Uint8Array): Promise<PartialSuccess> {
    if (signal === 'traces') return this.traces.acceptProtobuf(request);
    if (signal === 'logs') return this.logs.acceptOtlpProtobuf(request);
    decodeMetricsRequest(request, MAX_MESSAGES);
    return this.discard(signal);
  }

  /** As {@link acceptProtobuf}, for OTLP/JSON. */
  async acceptJson(signal: Signal, request: string): Promise<PartialSuccess> {
    if (signal === 'traces') return this.traces.acceptJson(request);
    if (signal === 'logs') return this.logs.acceptOtlpJson(request);
    rejectTooManyMembers(request);
    parseMetricsRequestJson(request);
    return this.discard(signal);
  }

  private discard(signal: Signal): PartialSuccess {
    if (!this.discarded.has(signal)) this.report(`OTLP ${signal} are accepted and discarded.`);
    this.discarded.add(signal);
    return FULL_SUCCESS;
  }
}
