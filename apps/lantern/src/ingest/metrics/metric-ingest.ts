import {
  decodeMetricsRequest,
  parseMetricsRequestJson,
  type MetricsRequest,
  type PartialSuccess,
} from '@lantern/otlp';
import type { MetricStore } from '@lantern/telemetry-store';
import { MAX_MESSAGES, rejectTooManyMembers } from '../item-limit.js';
import { DeltaTotals } from './delta-totals.js';
import { translateMetrics } from './otlp-metrics.js';

/** Accepts OTLP metrics: translates them to Prometheus' series and stores them. */
export class MetricIngest {
  private totals = new DeltaTotals();

  constructor(private readonly store: MetricStore) {}

  /**
   * @param request an `ExportMetricsServiceRequest`
   * @returns number of rejected points or samples and the reasons, once queries see the others
   * @throws {MalformedOtlpError}
   */
  async acceptProtobuf(request: Uint8Array): Promise<PartialSuccess> {
    return this.accept(decodeMetricsRequest(request, MAX_MESSAGES));
  }

  /** As {@link acceptProtobuf}, for OTLP/JSON. */
  async acceptJson(request: string): Promise<PartialSuccess> {
    rejectTooManyMembers(request);
    return this.accept(parseMetricsRequestJson(request));
  }

  /** Begins the totals of all deltas again from zero, as after a start. */
  forgetTotals(): void {
    this.totals = new DeltaTotals();
  }

  private async accept(request: MetricsRequest): Promise<PartialSuccess> {
    const { batch, rejectedPoints, reasons } = translateMetrics(request, this.totals);
    const outcome = await this.store.append(batch);
    return {
      rejected: BigInt(rejectedPoints + outcome.rejected),
      errorMessage: [...reasons, ...outcome.reasons].join('; '),
    };
  }
}
