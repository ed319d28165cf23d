import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import type { Forwarder } from '../../forward/forwarder.js';

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly value: number;
}

/** Metrics of this process, of its log store and of its forwarder, for Prometheus. */
export const metricsRoute = (
  server: FastifyInstance,
  logs: LogStore,
  forwarder: Forwarder | undefined,
): void => {
  server.get('/metrics', async (_request, reply) => {
    const metrics = [
      ...processMetrics(),
      ...(await logMetrics(logs)),
      ...(forwarder ? forwardMetrics(forwarder) : []),
    ];
    return reply.header('content-type', CONTENT_TYPE).send(metrics.map(formatMetric).join(''));
  });
};

const formatMetric = ({ name, type, help, value }: Metric): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;

/** Named as Prometheus' client libraries name them. */
const processMetrics = (): Metric[] => {
  const { user, system } = process.cpuUsage();
  return [
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      help: 'Total user and system CPU time spent in seconds.',
      value: (user + system) / 1e6,
    },
    {
      name: 'process_resident_memory_bytes',
      type: 'gauge',
      help: 'Resident memory size in bytes.',
      value: process.memoryUsage.rss(),
    },
    {
      name: 'process_start_time_seconds',
      type: 'gauge',
      help: 'Start time of the process since unix epoch in seconds.',
      value: Math.round(performance.timeOrigin) / 1_000,
    },
  ];
};

const logMetrics = async (logs: LogStore): Promise<Metric[]> => {
  const { streams, entries, bytes, evictedEntries } = await logs.stats();
  return [
    { name: 'lantern_log_streams', type: 'gauge', help: 'Stored log streams.', value: streams },
    { name: 'lantern_log_entries', type: 'gauge', help: 'Stored log lines.', value: entries },
    {
      name: 'lantern_log_bytes',
      type: 'gauge',
      help: 'Size of the stored log lines in bytes.',
      value: bytes,
    },
    {
      name: 'lantern_log_evicted_entries_total',
      type: 'counter',
      help: 'Log lines that were evicted to keep within the limit of the store.',
      value: evictedEntries,
    },
  ];
};

const forwardMetrics = ({ statistics }: Forwarder): Metric[] => [
  {
    name: 'lantern_forward_sent_requests_total',
    type: 'counter',
    help: 'OTLP requests that the collector took.',
    value: statistics.sentRequests,
  },
  {
    name: 'lantern_forward_dropped_requests_total',
    type: 'counter',
    help: 'OTLP requests that were dropped because the queue was full or could not be written.',
    value: statistics.droppedRequests,
  },
  {
    name: 'lantern_forward_rejected_requests_total',
    type: 'counter',
    help: 'OTLP requests that the collector rejected for good.',
    value: statistics.rejectedRequests,
  },
  {
    name: 'lantern_forward_queued_requests',
    type: 'gauge',
    help: 'OTLP requests that wait for the collector.',
    value: statistics.queuedRequests,
  },
  {
    name: 'lantern_forward_queued_bytes',
    type: 'gauge',
    help: 'Size of the OTLP requests that wait for the collector, in bytes.',
    value: statistics.queuedBytes,
  },
];
