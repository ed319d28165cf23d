import { getBooleanFromEnv } from '@opentelemetry/core';
import { displayUrl } from '../redaction/url.js';
import { setting } from '../environment.js';
import { describeError } from '../redaction/errors.js';
import type { ServiceIdentity } from '../identity/service-identity.js';
import type { LineSender } from './line-sender.js';
import { LokiSender } from './loki-sender.js';
import { OtlpSender } from './otlp-sender.js';

/** Destination of log lines in addition to stdout. */
export interface LogDestination {
  /** Undefined: stdout only. */
  sender: LineSender | undefined;
  /** Errors in the configuration: the variable, its value, and the behavior instead. */
  warnings: string[];
}

/**
 * Returns at most one destination, so that no line is stored twice: OTLP if `OTEL_LOGS_EXPORTER` names it, else Loki if
 * there is a URL.
 */
export const logDestination = (
  env: NodeJS.ProcessEnv,
  { name, environment }: ServiceIdentity,
  lokiUrl: string | undefined,
): LogDestination => {
  const warnings: string[] = [];
  if (wantsOtlp(env, warnings)) {
    const sender = new OtlpSender(env);
    if (lokiUrl !== undefined) {
      warnings.push(
        `OTEL_LOGS_EXPORTER is "otlp" and LOKI_URL is set; log lines go to ${sender.target} by OTLP and not to Loki, ` +
          'where each would be there twice. Unset one of the two.',
      );
    }
    return { sender, warnings };
  }
  if (lokiUrl === undefined) return { sender: undefined, warnings };
  try {
    return { sender: new LokiSender(lokiUrl, { service: name, env: environment }), warnings };
  } catch (error) {
    const reason = describeError(error).message;
    warnings.push(
      `LOKI_URL is "${displayUrl(lokiUrl)}" (${reason}); log lines go to stdout only. Example: http://localhost:3100`,
    );
    return { sender: undefined, warnings };
  }
};

/**
 * `OTEL_LOGS_EXPORTER`: a list of `otlp`, `console`, which stdout is anyway, and `none`.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#exporter-selection
 */
const wantsOtlp = (env: NodeJS.ProcessEnv, warnings: string[]): boolean => {
  const names = (setting(env, 'OTEL_LOGS_EXPORTER') ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    if (!['otlp', 'console', 'none'].includes(name)) {
      warnings.push(`OTEL_LOGS_EXPORTER is "${name}", which is left out. Known: otlp, console, none.`);
    }
  }
  return names.includes('otlp') && !names.includes('none') && !getBooleanFromEnv('OTEL_SDK_DISABLED');
};
