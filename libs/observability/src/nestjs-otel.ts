import { createRequire } from 'node:module';
import type * as NestOtel from 'nestjs-otel';
// Loaded first: nestjs-otel is CommonJS and requires them, which is refused while they are only half loaded.
import '@nestjs/common';
import '@nestjs/core';

const nestOtel = createRequire(import.meta.url)('nestjs-otel') as typeof NestOtel;

/** Counters, histograms and gauges by name, from nestjs-otel. */
export const MetricService = nestOtel.MetricService;
export type MetricService = NestOtel.MetricService;

/** The plain tracer of nestjs-otel, for code written against it. */
export const TraceService = nestOtel.TraceService;
export type TraceService = NestOtel.TraceService;
