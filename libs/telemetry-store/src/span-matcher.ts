import {
  SpanKind,
  StatusCode,
  attributeText,
  attributeValue,
  durationNano,
  serviceNameOf,
  type Attributes,
  type SpanInContext,
} from '@lantern/telemetry-model';
import type { TraceQuery } from './trace-store.js';

type SpanPredicate = (candidate: SpanInContext) => boolean;

/** The words by which `span.kind` is searched, as Jaeger shows them. */
const KIND_WORDS: Readonly<Record<SpanKind, string>> = {
  [SpanKind.unspecified]: '',
  [SpanKind.internal]: 'internal',
  [SpanKind.server]: 'server',
  [SpanKind.client]: 'client',
  [SpanKind.producer]: 'producer',
  [SpanKind.consumer]: 'consumer',
};

const STATUS_WORDS: Readonly<Record<StatusCode, string>> = {
  [StatusCode.unset]: 'UNSET',
  [StatusCode.ok]: 'OK',
  [StatusCode.error]: 'ERROR',
};

const RESOURCE_PREFIX = 'resource.';

/** Whether one span satisfies every condition that the query makes on one. The cheap conditions come first. */
export const spanMatcher = (query: TraceQuery): SpanPredicate => {
  const { service, operation, minDurationNano, maxDurationNano, range, where } = query;
  const attributePredicates = Object.entries(query.attributes ?? {}).map(([name, text]) =>
    attributePredicate(name, text),
  );
  return (candidate) => {
    const { span } = candidate;
    if (operation !== undefined && span.name !== operation) return false;
    if (span.startUnixNano < range.startUnixNano || span.startUnixNano > range.endUnixNano) return false;
    if (service !== undefined && serviceNameOf(candidate.resource) !== service) return false;
    if (minDurationNano !== undefined && durationNano(span) < minDurationNano) return false;
    if (maxDurationNano !== undefined && durationNano(span) > maxDurationNano) return false;
    return (
      attributePredicates.every((matches) => matches(candidate)) && (where === undefined || where(candidate))
    );
  };
};

const attributePredicate = (name: string, text: string): SpanPredicate => {
  switch (name) {
    case 'error':
      return ({ span }) => String(span.status.code === StatusCode.error) === text;
    case 'span.status':
      return ({ span }) => STATUS_WORDS[span.status.code] === text;
    case 'span.kind':
      return ({ span }) => KIND_WORDS[span.kind] === text;
    case 'scope.name':
      return ({ scope }) => scope.name === text;
    case 'scope.version':
      return ({ scope }) => scope.version === text;
    default:
      break;
  }
  if (name.startsWith(RESOURCE_PREFIX)) {
    const resourceName = name.slice(RESOURCE_PREFIX.length);
    return ({ resource }) => holds(resource.attributes, resourceName, text);
  }
  return ({ span, scope, resource }) =>
    holds(span.attributes, name, text) ||
    holds(resource.attributes, name, text) ||
    holds(scope.attributes, name, text) ||
    span.events.some((event) => holds(event.attributes, name, text)) ||
    span.links.some((link) => holds(link.attributes, name, text));
};

const holds = (attributes: Attributes, name: string, text: string): boolean => {
  const value = attributeValue(attributes, name);
  return value !== undefined && attributeText(value) === text;
};
