import { MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { diag } from '@opentelemetry/api';
import { RequestDurationProducer } from './request-duration-producer.js';

/** Collects on demand, cumulatively since the start of the process, and holds no data. */
export class ScrapeReader extends MetricReader {
  constructor() {
    super({ metricProducers: [new RequestDurationProducer()] });
  }

  /** Rejects once the meter provider was shut down. */
  async read(): Promise<ResourceMetrics> {
    const { resourceMetrics, errors } = await this.collect();
    for (const error of errors) diag.error('A metric could not be observed', error);
    return resourceMetrics;
  }

  protected override async onForceFlush(): Promise<void> {
    // Nothing is held.
  }

  protected override async onShutdown(): Promise<void> {
    // Nothing to close.
  }
}
