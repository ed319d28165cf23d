import { createNoopMeter, metrics } from '@opentelemetry/api';
import { getBooleanFromEnv } from '@opentelemetry/core';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { serviceIdentity } from '../identity/service-identity.js';
import { processResource } from '../identity/resource.js';
import { ScrapeReader } from './scrape-reader.js';

let reader: ScrapeReader | undefined;

/** Creates the reader of the scrape endpoint, for the meter provider of this process. */
export const createScrapeReader = (): ScrapeReader => {
  reader = new ScrapeReader();
  return reader;
};

/** Reads the metrics of this process; undefined where they are another SDK's or disabled. */
export const scrapeReader = (): ScrapeReader | undefined => reader;

/**
 * Makes metrics work also if no SDK was started; keeps an existing meter provider. Instruments that were created
 * earlier have no effect, so this must run before the first.
 */
export const prepareMetrics = (env: NodeJS.ProcessEnv = process.env): void => {
  if (getBooleanFromEnv('OTEL_SDK_DISABLED')) return;
  // Only without any SDK is a meter the API's own that does nothing.
  if (metrics.getMeter('probe') !== createNoopMeter()) return;
  const resource = processResource(serviceIdentity(env));
  metrics.setGlobalMeterProvider(new MeterProvider({ resource, readers: [createScrapeReader()] }));
};
