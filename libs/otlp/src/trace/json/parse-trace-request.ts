import {
  addWarnings,
  finish,
  type ResourceSpans,
  type ScopeSpans,
  type Span,
  type Steps,
} from '@lantern/telemetry-model';
import { Faults } from '../../common/json/faults.js';
import { parseScope } from '../../common/json/instrumentation-scope.js';
import { JsonMessage } from '../../common/json/json-message.js';
import { parseJson } from '../../common/json/parse-json.js';
import { parseResource } from '../../common/json/resource.js';
import type { DecodedTraces } from '../decoded-traces.js';
import { Rejections } from '../rejections.js';
import { parseSpan } from './span.js';

/**
 * Reads an `ExportTraceServiceRequest` (or `TracesData`, which has the same fields) in OTLP/JSON. A field that cannot be read is left out:
 * a span says so in a warning, and the answer names the first ones. What cannot be kept without it, a span without its IDs, is rejected
 * alone.
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
  const outcome = { rejected: new Rejections(), lost: new Faults() };
  const resourceSpans: ResourceSpans[] = [];
  for (const group of JsonMessage.root(json, counts).messages('resourceSpans')) {
    resourceSpans.push(yield* parseResourceSpans(group, outcome));
    if (resourceSpans.length % ITEMS_PER_STEP === 0) yield;
  }
  const { rejected, lost } = outcome;
  const { invalidTexts } = counts;
  return { resourceSpans, rejected, invalidTexts, ...(lost.count > 0 && { lostFields: lost }) };
}

/** What of a request is not kept. */
interface Outcome {
  readonly rejected: Rejections;
  readonly lost: Faults;
}

function* parseResourceSpans(message: JsonMessage, outcome: Outcome): Steps<ResourceSpans> {
  const lenient = message.leniently(outcome.lost);
  const resource = parseResource(lenient.message('resource'));
  const schemaUrl = lenient.text('schemaUrl');
  const scopeSpans: ScopeSpans[] = [];
  for (const group of message.messages('scopeSpans')) {
    scopeSpans.push(yield* parseScopeSpans(group, outcome));
    if (scopeSpans.length % ITEMS_PER_STEP === 0) yield;
  }
  return { resource, schemaUrl, scopeSpans };
}

function* parseScopeSpans(message: JsonMessage, { rejected, lost }: Outcome): Steps<ScopeSpans> {
  const spans: Span[] = [];
  for (const item of message.objects('spans', (fault) => rejected.add(`spans ${fault}`))) {
    const faults = new Faults();
    const span = parseSpan(item.leniently(faults), rejected);
    for (const text of faults.texts) lost.add(() => text);
    lost.count += faults.count - faults.texts.length;
    if (span) spans.push(faults.count === 0 ? span : addWarnings(span, warningsOf(faults)));
    if (spans.length % ITEMS_PER_STEP === 0) yield;
  }
  const lenient = message.leniently(lost);
  return { scope: parseScope(lenient.message('scope')), schemaUrl: lenient.text('schemaUrl'), spans };
}

const PATH_OF_SPAN = /^.*?spans\[\d+\]\./;

const warningsOf = ({ count, texts }: Faults): string[] => [
  ...texts.map((text) => `field left out: ${text.replace(PATH_OF_SPAN, '')}`),
  ...(count > texts.length ? [`${count - texts.length} more fields left out`] : []),
];
