import type { LogStream } from '@lantern/telemetry-model';

/** Labels that name a service, in Loki's order. */
const SOURCES = [
  'service',
  'app',
  'application',
  'app_name',
  'name',
  'app_kubernetes_io_name',
  'container',
  'container_name',
  'k8s_container_name',
  'component',
  'workload',
  'job',
  'k8s_job_name',
];

/** Adds the label `service_name` to every stream, as Loki does. Grafana and OTLP identify services by it. */
export const withServiceName = (stream: LogStream): LogStream => {
  const { labels } = stream;
  if (labels.service_name) return stream;
  const source = SOURCES.find((name) => labels[name]);
  const serviceName = (source && labels[source]) ?? 'unknown_service';
  return { ...stream, labels: { ...labels, service_name: serviceName } };
};
