import type { LogRecord, ResourceLogs, ScopeLogs } from '@lantern/otlp';
import {
  AttributeMap,
  attributeText,
  type Attributes,
  type LogEntry,
  type LogLabels,
  type LogStream,
  type UnixNano,
} from '@lantern/telemetry-model';

/** Resource attributes that become labels, as in Loki. All others become structured metadata. */
const LABEL_ATTRIBUTES: ReadonlySet<string> = new Set([
  'cloud.availability_zone',
  'cloud.region',
  'container.name',
  'deployment.environment',
  'deployment.environment.name',
  'k8s.cluster.name',
  'k8s.container.name',
  'k8s.cronjob.name',
  'k8s.daemonset.name',
  'k8s.deployment.name',
  'k8s.job.name',
  'k8s.namespace.name',
  'k8s.pod.name',
  'k8s.replicaset.name',
  'k8s.statefulset.name',
  'service.instance.id',
  'service.name',
  'service.namespace',
]);

/**
 * Converts OTLP logs to Loki's streams: a few resource attributes are labels, all other fields of a record are structured
 * metadata. Loki's label `service_name` is copied to `service`, which push clients set, so that a query by either label
 * finds the lines of both protocols.
 *
 * @param now time of records without any time
 * @see https://grafana.com/docs/loki/latest/send-data/otel/#format-considerations
 */
export const streamsOfOtlp = (logs: readonly ResourceLogs[], now: UnixNano): LogStream[] =>
  logs.map(({ resource, scopeLogs }) => {
    const labels: Record<string, string> = {};
    const shared: Record<string, string> = {};
    for (const attribute of resource.attributes) {
      if (LABEL_ATTRIBUTES.has(attribute.key)) flatten([attribute], '', labels);
      else flatten([attribute], '', shared);
    }
    if (labels.service_name !== undefined) labels.service = labels.service_name;
    else labels.service_name = 'unknown_service';
    return { labels, entries: scopeLogs.flatMap((group) => entriesOf(group, shared, now)) };
  });

const entriesOf = ({ scope, logRecords }: ScopeLogs, shared: LogLabels, now: UnixNano): LogEntry[] => {
  const common: Record<string, string> = { ...shared };
  if (scope.name !== '') common.scope_name = scope.name;
  if (scope.version !== '') common.scope_version = scope.version;
  if (scope.droppedAttributesCount > 0)
    common.scope_dropped_attributes_count = String(scope.droppedAttributesCount);
  flatten(scope.attributes, '', common);
  return logRecords.map((record) => entryOf(record, common, now));
};

const entryOf = (record: LogRecord, common: LogLabels, now: UnixNano): LogEntry => {
  const metadata: Record<string, string> = { ...common };
  flatten(record.attributes, '', metadata);
  const own = {
    observed_timestamp: record.observedTimeUnixNano === 0n ? '' : String(record.observedTimeUnixNano),
    severity_number: record.severityNumber === 0 ? '' : String(record.severityNumber),
    severity_text: record.severityText,
    trace_id: record.traceId,
    span_id: record.spanId,
    dropped_attributes_count:
      record.droppedAttributesCount === 0 ? '' : String(record.droppedAttributesCount),
    flags: record.flags === 0 ? '' : String(record.flags),
    event_name: record.eventName,
  };
  for (const [name, value] of Object.entries(own)) if (value !== '') metadata[name] = value;
  return {
    timeUnixNano: record.timeUnixNano || record.observedTimeUnixNano || now,
    line: attributeText(record.body),
    structuredMetadata: metadata,
  };
};

/**
 * Returns the name that an attribute has as a label: `http.status code` is `http_status_code`, `1st` is `key_1st`, and
 * `a..b` is `a_b`. Two underscores before and behind a name stay. A name without any ASCII letter or digit gets
 * Prometheus' escaping, so that `用户` (`U___7528__6237_`) does not overwrite `订单`. Loki rejects the request instead.
 *
 * @see https://github.com/prometheus/otlptranslator
 * @see https://prometheus.io/docs/instrumenting/escaping_schemes/#value-encoding
 */
const labelNameOf = (key: string): string => {
  if (key !== '' && !/[a-zA-Z0-9]/.test(key)) return escapedName(key);
  const [, reserved] = /^__(.*)__$/s.exec(key) ?? [];
  if (reserved !== undefined) return `__${underscored(reserved)}__`;
  const name = underscored(key);
  return /^\d/.test(name) ? `key_${name}` : name;
};

const escapedName = (key: string): string =>
  `U__${Array.from(key, (character) => (character === '_' ? '__' : `_${character.codePointAt(0)?.toString(16) ?? ''}_`)).join('')}`;

const underscored = (text: string): string => text.replace(/[^a-zA-Z0-9]+/g, '_');

/** Adds attributes with names that are valid labels. The name of a map prefixes the names of its entries. */
const flatten = (attributes: Attributes, prefix: string, into: Record<string, string>): void => {
  for (const { key, value } of attributes) {
    const name = labelNameOf(prefix === '' ? key : `${prefix}_${key}`);
    if (value instanceof AttributeMap) flatten(value.entries, name, into);
    else if (name !== '') {
      const text = attributeText(value);
      if (text !== '') into[name] = text;
    }
  }
};
