import { DiagLogLevel, type DiagLogger, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { setting } from '../environment.js';
import { describeError } from '../errors.js';
import { now } from '../logging/timestamp.js';
import type { Level } from '../logging/log-level.js';
import { logRecord, readLogCall } from '../logging/log-record.js';
import { deliverOwnLine } from '../logging/open-deliveries.js';
import { type LogFormat, logFormat, writeToStdout } from '../logging/stdout.js';
import { sensitiveNames } from '../sensitive-names.js';

/** The same complaint is written once in this time, in milliseconds; what comes between is counted. */
const repeatAfterMillis = 60_000;

/** Different complaints that are remembered. */
const maxRemembered = 100;

const context = 'OpenTelemetry';

/** Writes what telemetry has to say about itself as log lines, before and beside Nest's logger. */
export class Diagnostics {
  private readonly format: LogFormat;

  constructor(
    private readonly service: string,
    env: NodeJS.ProcessEnv,
  ) {
    this.format = logFormat(env);
  }

  write(level: Level, message: string, ...params: unknown[]): void {
    const call = readLogCall(level, message, [...params, context]);
    const time = now();
    const record = logRecord(level, call, this.service, sensitiveNames, undefined, time);
    writeToStdout(record, this.format);
    deliverOwnLine(record, time);
  }

  /**
   * Takes over OpenTelemetry's diagnostic logger at level WARN, whose silence by default hides dropped spans. Where
   * `OTEL_LOG_LEVEL` is set, the SDK's own console logger stays. `claims` may keep a message to itself.
   */
  install(env: NodeJS.ProcessEnv, claims: (message: string) => boolean): void {
    // A failed export is told by whoever counts the lost spans.
    setGlobalErrorHandler((error) => {
      if (!claims(describeError(error).message)) diag.error('OpenTelemetry failed', error);
    });
    if (setting(env, 'OTEL_LOG_LEVEL')) return;
    const limited = new Map<string, { until: number; held: number }>();
    const say =
      (level: Level) =>
      (message: string, ...params: unknown[]): void => {
        if (claims(message)) return;
        // The same complaint about another number is the same complaint.
        const complaint = message.replace(/[0-9a-f]{16,}|\d+/g, '#');
        const earlier = limited.get(complaint);
        const now = Date.now();
        if (earlier && now < earlier.until) {
          earlier.held++;
          return;
        }
        if (limited.size >= maxRemembered) limited.clear();
        limited.set(complaint, { until: now + repeatAfterMillis, held: 0 });
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
