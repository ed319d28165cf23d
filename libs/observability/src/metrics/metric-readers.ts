import { diag } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import {
  ConsoleMetricExporter,
  type IMetricReader,
  InstrumentType,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import type * as OtlpJson from '@opentelemetry/exporter-metrics-otlp-http';
import type * as OtlpProtobuf from '@opentelemetry/exporter-metrics-otlp-proto';
import { setting } from '../environment.js';
import { load } from '../load.js';
import { RequestDurationProducer } from './request-duration-producer.js';

/** Ways in which metrics leave the process: scraped by Prometheus, pushed, or both. */
export interface MetricExits {
  scraped: boolean;
  /** `otlp` and `console`, as `OTEL_METRICS_EXPORTER` lists them. */
  pushed: ('otlp' | 'console')[];
}

/**
 * Reads `OTEL_METRICS_EXPORTER`. Metrics that are pushed are not offered for scraping as well, unless `prometheus` is in
 * the list too: a backend that stores both would count each request twice.
 */
export const metricExits = (env: NodeJS.ProcessEnv): MetricExits => {
  const names = (setting(env, 'OTEL_METRICS_EXPORTER')?.toLowerCase() ?? 'prometheus')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const pushed = [...new Set(names)].filter((name) => name === 'otlp' || name === 'console');
  return { scraped: !pushed.includes('otlp') || names.includes('prometheus'), pushed };
};

/** Readers that push; endpoint, headers and temporality are read by the exporter from `OTEL_EXPORTER_OTLP_*`. */
export const pushReaders = (env: NodeJS.ProcessEnv): IMetricReader[] => {
  const listed = setting(env, 'OTEL_METRICS_EXPORTER')?.toLowerCase() ?? 'prometheus';
  if (!/^\s*(?:otlp|console|prometheus|none)\s*(?:,\s*(?:otlp|console|prometheus|none)\s*)*$/.test(listed)) {
    diag.warn(`OTEL_METRICS_EXPORTER is "${listed}"; known: otlp, prometheus, console, none.`);
  }
  const exportIntervalMillis = positive('OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
  return metricExits(env).pushed.map((name) => {
    const exporter = name === 'console' ? new ConsoleMetricExporter() : createOtlpExporter(env);
    const temporality = exporter.selectAggregationTemporality?.(InstrumentType.HISTOGRAM);
    return new PeriodicExportingMetricReader({
      exporter,
      metricProducers: [new RequestDurationProducer(temporality)],
      exportIntervalMillis,
      // The constructor of the reader rejects a timeout above its interval.
      exportTimeoutMillis: Math.min(positive('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000, exportIntervalMillis),
    });
  });
};

/** Loaded on demand: most services are scraped. */
const createOtlpExporter = (env: NodeJS.ProcessEnv): PushMetricExporter => {
  const protocol =
    setting(env, 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL') ?? setting(env, 'OTEL_EXPORTER_OTLP_PROTOCOL');
  const { OTLPMetricExporter } =
    protocol === 'http/json'
      ? (load('@opentelemetry/exporter-metrics-otlp-http') as typeof OtlpJson)
      : (load('@opentelemetry/exporter-metrics-otlp-proto') as typeof OtlpProtobuf);
  return new OTLPMetricExporter();
};

const positive = (name: string): number | undefined => {
  const value = getNumberFromEnv(name);
  return value !== undefined && value > 0 ? value : undefined;
};
