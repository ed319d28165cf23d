import type { SpanLimits } from '@opentelemetry/sdk-trace';
import { setting } from '../environment.js';

/** Longest attribute of a span, in characters: a stack fits, a request body does not. */
const DEFAULT_VALUE_LENGTH = 8192;
const DEFAULT_COUNT = 128;

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#span-limits */
export const spanLimits = (env: NodeJS.ProcessEnv): Required<SpanLimits> => {
  // The more specific variable decides; a value that is no number counts as unset.
  const limit = (fallback: number, ...names: string[]): number =>
    names
      .map((name) => Number(setting(env, name) ?? NaN))
      .find((value) => Number.isInteger(value) && value >= 0) ?? fallback;
  return {
    attributeCountLimit: limit(
      DEFAULT_COUNT,
      'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_ATTRIBUTE_COUNT_LIMIT',
    ),
    attributeValueLengthLimit: limit(
      DEFAULT_VALUE_LENGTH,
      'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    ),
    eventCountLimit: limit(DEFAULT_COUNT, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
    linkCountLimit: limit(DEFAULT_COUNT, 'OTEL_SPAN_LINK_COUNT_LIMIT'),
    attributePerEventCountLimit: limit(DEFAULT_COUNT, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
    attributePerLinkCountLimit: limit(DEFAULT_COUNT, 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT'),
  };
};
