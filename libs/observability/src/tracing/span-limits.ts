import type { SpanLimits } from '@opentelemetry/sdk-trace';
import { setting } from '../environment.js';

/** Longest attribute of a span, in characters: a stack fits, a request body does not. */
const defaultValueLength = 8192;
const defaultCount = 128;

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#span-limits */
export function spanLimits(env: NodeJS.ProcessEnv): Required<SpanLimits> {
  // The more special variable decides; one that is no number is as good as unset.
  const limit = (fallback: number, ...names: string[]): number =>
    names
      .map((name) => Number(setting(env, name) ?? NaN))
      .find((value) => Number.isInteger(value) && value >= 0) ?? fallback;
  return {
    attributeCountLimit: limit(defaultCount, 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
    attributeValueLengthLimit: limit(
      defaultValueLength,
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ),
    eventCountLimit: limit(defaultCount, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: limit(defaultCount, 'OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: limit(defaultCount, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
    attributePerLinkCountLimit: limit(defaultCount, 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  };
}
