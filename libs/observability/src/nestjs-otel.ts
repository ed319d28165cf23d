// From their own files: the declarations of the whole package name an OpenTelemetry package that is not installed.
import type { MetricService as NestOtelMetricService } from 'nestjs-otel/lib/metrics/metric.service.js';
import type { TraceService as NestOtelTraceService } from 'nestjs-otel/lib/tracing/trace.service.js';
// Loaded first: nestjs-otel is CommonJS and requires them, which fails while they are only partly loaded.
import '@nestjs/common';
import '@nestjs/core';
import { load } from './load.js';

interface NestOtel {
  MetricService: typeof NestOtelMetricService;
  TraceService: typeof NestOtelTraceService;
}

const nestOtel = load('nestjs-otel') as NestOtel;

/** Counters, histograms and gauges by name, from nestjs-otel. */
export const MetricService = nestOtel.MetricService;
export type MetricService = NestOtelMetricService;

/** The plain tracer of nestjs-otel, for code written against it. */
export const TraceService = nestOtel.TraceService;
export type TraceService = NestOtelTraceService;
