import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TracerProvider, trace } from '@opentelemetry/api';
import type * as Api from '@opentelemetry/api';
import { load } from '../load.js';

/**
 * Registers the provider for the process, and for all tracers that were asked for earlier. Node loads the CommonJS form of
 * OpenTelemetry's API and its ES module form apart. Both find what is registered, but each has a proxy of its own behind the
 * tracers that it gave out before: an instrumentation that was preloaded by `--require` keeps one of the first form, an
 * instrumentation that was preloaded by `--import` one of the second.
 */
export const setTracerProvider = (provider: TracerProvider): boolean => {
  for (const copy of otherCopies()) {
    // The proxy keeps its provider when the API forgets the proxy.
    if (copy.trace.setGlobalTracerProvider(provider)) copy.trace.disable();
  }
  return trace.setGlobalTracerProvider(provider);
};

/** Does the same for the provider that the stock SDK has registered, with the CommonJS form. */
export const shareTracerProvider = (): void => {
  const provider = registeredProvider();
  // Forgets the registration. Tracers that this copy gave out keep the provider; those of another copy have none yet.
  (load('@opentelemetry/api') as typeof Api).trace.disable();
  setTracerProvider(provider);
};

/** Returns the provider that makes the spans of this process, without the proxy that a copy of the API has around it. */
export const registeredProvider = (): TracerProvider => {
  const provider: TracerProvider & { getDelegate?: () => TracerProvider } = trace.getTracerProvider();
  return provider.getDelegate?.() ?? provider;
};

const otherCopies = (): (typeof Api)[] => {
  const commonJs = load.resolve('@opentelemetry/api');
  const esModule = join(dirname(commonJs), 'index.mjs');
  return [commonJs, esModule]
    .filter((path) => existsSync(path))
    .map((path) => load(path) as typeof Api)
    .filter((copy) => copy.trace !== trace);
};
