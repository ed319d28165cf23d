import type { ResourceSpans, ScopeSpans, Span } from '@lantern/telemetry-model';
import { parseScope } from '../../common/json/instrumentation-scope.js';
import { JsonMessage } from '../../common/json/json-message.js';
import { parseJson } from '../../common/json/parse-json.js';
import { parseResource } from '../../common/json/resource.js';
import type { DecodedTraces } from '../decoded-traces.js';
import { Rejections } from '../rejections.js';
import { parseSpan } from './span.js';

/**
 * Reads an `ExportTraceServiceRequest` (or `TracesData`, which has the same fields) in OTLP/JSON.
 *
 * @throws MalformedOtlpError
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export const parseTraceRequestJson = (text: string): DecodedTraces => readTraceRequestJson(parseJson(text));

/**
 * Reads the same from parsed JSON, such as part of a response of Jaeger's v3 API.
 *
 * @throws MalformedOtlpError
 */
export const readTraceRequestJson = (json: unknown): DecodedTraces => {
  const counts = { invalidTexts: 0 };
  const rejected = new Rejections();
  const resourceSpans = JsonMessage.root(json, counts)
    .messages('resourceSpans')
    .map((group) => parseResourceSpans(group, rejected));
  return { resourceSpans, rejected, invalidTexts: counts.invalidTexts };
};

const parseResourceSpans = (message: JsonMessage, rejected: Rejections): ResourceSpans => ({
  resource: parseResource(message.message('resource')),
  schemaUrl: message.text('schemaUrl'),
  scopeSpans: message.messages('scopeSpans').map((group) => parseScopeSpans(group, rejected)),
});

const parseScopeSpans = (message: JsonMessage, rejected: Rejections): ScopeSpans => {
  const spans: Span[] = [];
  for (const item of message.messages('spans')) {
    const span = parseSpan(item, rejected);
    if (span) spans.push(span);
  }
  return { scope: parseScope(message.message('scope')), schemaUrl: message.text('schemaUrl'), spans };
};
