import { diag } from '@opentelemetry/api';

/** Runs tracing code whose failure must not reach the host: the failure is reported and the host continues. */
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
