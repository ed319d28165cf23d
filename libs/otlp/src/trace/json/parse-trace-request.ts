import { finish, type ResourceSpans, type ScopeSpans, type Span, type Steps } from '@lantern/telemetry-model';
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
export const parseTraceRequestJson = (text: string): DecodedTraces =>
  finish(parseTraceRequestJsonSteps(text));

/** As {@link parseTraceRequestJson}, in steps. The first one is `JSON.parse`. */
export function* parseTraceRequestJsonSteps(text: string): Steps<DecodedTraces> {
  const json = parseJson(text);
  yield;
  return yield* readSteps(json);
}

/**
 * Reads the same from parsed JSON, such as part of a response of Jaeger's v3 API.
 *
 * @throws MalformedOtlpError
 */
export const readTraceRequestJson = (json: unknown): DecodedTraces => finish(readSteps(json));

/** Number of spans, and of groups, that are read in one step. */
const ITEMS_PER_STEP = 128;

function* readSteps(json: unknown): Steps<DecodedTraces> {
  const counts = { invalidTexts: 0 };
  const rejected = new Rejections();
  const resourceSpans: ResourceSpans[] = [];
  for (const group of JsonMessage.root(json, counts).messages('resourceSpans')) {
    resourceSpans.push(yield* parseResourceSpans(group, rejected));
    if (resourceSpans.length % ITEMS_PER_STEP === 0) yield;
  }
  return { resourceSpans, rejected, invalidTexts: counts.invalidTexts };
}

function* parseResourceSpans(message: JsonMessage, rejected: Rejections): Steps<ResourceSpans> {
  const resource = parseResource(message.message('resource'));
  const schemaUrl = message.text('schemaUrl');
  const scopeSpans: ScopeSpans[] = [];
  for (const group of message.messages('scopeSpans')) {
    scopeSpans.push(yield* parseScopeSpans(group, rejected));
    if (scopeSpans.length % ITEMS_PER_STEP === 0) yield;
  }
  return { resource, schemaUrl, scopeSpans };
}

function* parseScopeSpans(message: JsonMessage, rejected: Rejections): Steps<ScopeSpans> {
  const spans: Span[] = [];
  for (const item of message.messages('spans')) {
    const span = parseSpan(item, rejected);
    if (span) spans.push(span);
    if (spans.length % ITEMS_PER_STEP === 0) yield;
  }
  return { scope: parseScope(message.message('scope')), schemaUrl: message.text('schemaUrl'), spans };
}
