import { type TextMapPropagator, diag } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator } from '@opentelemetry/core';
import { setting } from '../environment.js';
import { B3ContextPropagator } from './b3-propagator.js';
import { CorrelationPropagator } from './correlation.js';
import { B3AndW3CPropagator } from './b3-and-w3c-propagator.js';
import { TraceContextPropagator } from './trace-context-propagator.js';

const DEFAULT_PROPAGATORS = 'b3multi,tracecontext,baggage';

/**
 * The propagator of the process, from `OTEL_PROPAGATORS`:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * Default: `b3multi,tracecontext,baggage`. The correlation id travels with each choice.
 */
export const createPropagator = (env: NodeJS.ProcessEnv): TextMapPropagator => {
  const names = new Set(
    (setting(env, 'OTEL_PROPAGATORS') ?? DEFAULT_PROPAGATORS)
      .split(',')
      .map((name) => name.trim().toLowerCase()),
  );
  for (const name of names) {
    if (!['b3', 'b3multi', 'tracecontext', 'baggage', 'none'].includes(name)) {
      diag.warn(
        `OTEL_PROPAGATORS names "${name}", which is left out. Known: b3, b3multi, tracecontext, baggage, none.`,
      );
    }
  }
  return new CompositePropagator({
    propagators: [
      ...traceContext(names),
      ...(names.has('baggage') ? [new W3CBaggagePropagator()] : []),
      // After the baggage, from which it takes the id when there is no header.
      new CorrelationPropagator(),
    ],
  });
};

const traceContext = (names: ReadonlySet<string>): TextMapPropagator[] => {
  const encodings = { single: names.has('b3'), multi: names.has('b3multi') };
  const b3 = encodings.single || encodings.multi ? new B3ContextPropagator(encodings) : undefined;
  if (!names.has('tracecontext')) return b3 ? [b3] : [];
  return [b3 ? new B3AndW3CPropagator(b3) : new TraceContextPropagator()];
};
