import { type Context, DiagLogLevel, type DiagLogger, ROOT_CONTEXT, context, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { setting } from '../environment.js';
import { displayUrl } from '../redaction/url.js';
import { now } from '../logging/timestamp.js';
import type { Level } from '../logging/log-level.js';
import { logRecord, readLogCall } from '../logging/log-record.js';
import { deliverOwnLine } from '../logging/open-deliveries.js';
import { type LogFormat, logFormat, writeToStdout } from '../logging/stdout.js';
import { sensitiveNames } from '../redaction/sensitive-names.js';

/** Interval, in milliseconds, in which the same message is written once; repetitions are counted. */
const REPEAT_AFTER_MILLIS = 60_000;

/** Maximum number of different messages that are remembered. */
const MAX_REMEMBERED = 100;

const SPEAKER = 'OpenTelemetry';

/**
 * Writes the messages of telemetry about itself as log lines, independently of Nest's logger. Such a line has no trace
 * and no correlation id: it is unrelated to the request during which it is written.
 */
export class Diagnostics {
  private readonly format: LogFormat;
  /** Values of variables that hold credentials, and their replacements in messages. */
  private readonly hidden: readonly (readonly [value: string, shown: string])[];

  constructor(
    private readonly service: string,
    env: NodeJS.ProcessEnv,
  ) {
    this.format = logFormat(env);
    this.hidden = urlsWithSecrets(env);
  }

  write(level: Level, message: string, ...params: unknown[]): void {
    this.writeIn(ROOT_CONTEXT, level, message, params);
  }

  /** Writes the reason for which the process ends, with the ids of the request that ends it. */
  writeCrash(message: string, error: unknown): void {
    this.writeIn(context.active(), 'fatal', message, [{ error }]);
  }

  private writeIn(ctx: Context, level: Level, message: string, params: readonly unknown[]): void {
    const shown = this.hidden.reduce((text, [value, instead]) => text.replaceAll(value, instead), message);
    const call = readLogCall(level, shown, [...params, SPEAKER]);
    const time = now();
    const record = logRecord(level, call, this.service, sensitiveNames, ctx, time);
    writeToStdout(record, this.format);
    deliverOwnLine(record, time);
  }

  /**
   * Takes over OpenTelemetry's diagnostic logger at level WARN, whose silence by default hides dropped spans. Where
   * `OTEL_LOG_LEVEL` is set, the SDK's own console logger stays.
   */
  install(env: NodeJS.ProcessEnv): void {
    setGlobalErrorHandler((error) => diag.error('OpenTelemetry failed', error));
    if (setting(env, 'OTEL_LOG_LEVEL')) return;
    const limited = new Map<string, { until: number; held: number }>();
    const say =
      (level: Level) =>
      (message: string, ...params: unknown[]): void => {
        // Messages that differ only in numbers and ids count as the same message.
        const complaint = message.replace(/[0-9a-f]{16,}|\d+/g, '#');
        const earlier = limited.get(complaint);
        const now = Date.now();
        if (earlier && now < earlier.until) {
          earlier.held++;
          return;
        }
        if (limited.size >= MAX_REMEMBERED) limited.clear();
        limited.set(complaint, { until: now + REPEAT_AFTER_MILLIS, held: 0 });
        const more = earlier?.held ? ` (and ${earlier.held} times before)` : '';
        this.write(level, `${message}${more}`, ...params);
      };
    const logger: DiagLogger = {
      error: say('error'),
      warn: say('warn'),
      info: say('info'),
      debug: say('debug'),
      verbose: say('trace'),
    };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  }
}

/**
 * The exporters of OpenTelemetry quote a URL that they cannot read, credentials included.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
 */
const urlsWithSecrets = (env: NodeJS.ProcessEnv): [value: string, shown: string][] => {
  return Object.entries(env).flatMap(([name, given]): [string, string][] => {
    const value = given?.trim() ?? '';
    if (!/(?:_ENDPOINT|_URL)$/.test(name) || !/[@?]/.test(value)) return [];
    return [[value, displayUrl(value)]];
  });
};
