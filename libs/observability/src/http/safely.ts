import { diag } from '@opentelemetry/api';

/** Runs a piece of tracing whose failure must not reach the host: it is reported and the host goes on. */
export const safely = <T>(what: string, fn: () => T): T | undefined => {
  try {
    return fn();
  } catch (error) {
    reportFailure(what, error);
    return undefined;
  }
};

export const reportFailure = (what: string, error: unknown): void => {
  diag.error(`Tracing failed to ${what}; the request goes on untraced`, error);
};
