import {
  StatusCode,
  attributeText,
  attributeValue,
  boundedName,
  durationNano,
  serviceNameOf,
  spanKindOf,
  statusCodeOf,
  type Attributes,
  type SpanInContext,
} from '@lantern/telemetry-model';
import { errorOfTag, kindOfTag, statusOfTag } from './reserved-tags.js';
import type { TraceQuery } from './trace-store.js';

type SpanPredicate = (candidate: SpanInContext) => boolean;

const RESOURCE_PREFIX = 'resource.';

/**
 * Returns a predicate for the conditions of a query on a single span. Cheap conditions are checked first. A name that
 * is truncated in lists, see `boundedName`, matches by its full and by its truncated form.
 */
export const spanMatcher = (query: TraceQuery): SpanPredicate => {
  const { service, operation, minDurationNano, maxDurationNano, range, where } = query;
  const shownService = service === undefined ? undefined : boundedName(service);
  const shownOperation = operation === undefined ? undefined : boundedName(operation);
  const attributePredicates = Object.entries(query.attributes ?? {}).map(([name, text]) =>
    attributePredicate(name, text),
  );
  return (candidate) => {
    const { span } = candidate;
    if (shownOperation !== undefined && boundedName(span.name) !== shownOperation) return false;
    if (span.startUnixNano < range.startUnixNano || span.startUnixNano > range.endUnixNano) return false;
    if (shownService !== undefined && boundedName(serviceNameOf(candidate.resource)) !== shownService)
      return false;
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
      return withValue(errorOfTag(text), ({ span }) => span.status.code === StatusCode.error);
    case 'span.status':
      return withValue(statusOfTag(text), ({ span }) => statusCodeOf(span.status.code));
    case 'span.kind':
      return withValue(kindOfTag(text), ({ span }) => spanKindOf(span.kind));
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

const withValue =
  <Value>(wanted: Value, valueOf: (candidate: SpanInContext) => Value): SpanPredicate =>
  (candidate) =>
    valueOf(candidate) === wanted;

const holds = (attributes: Attributes, name: string, text: string): boolean => {
  const value = attributeValue(attributes, name);
  return value !== undefined && attributeText(value) === text;
};
