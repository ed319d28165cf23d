import { Inject, Injectable, type LoggerService, Optional } from '@nestjs/common';
import { LEVEL, MESSAGE } from 'triple-beam';
import winston from 'winston';
import Transport from 'winston-transport';
import { setting } from '../environment.js';
import { describeError } from '../errors.js';
import { OBSERVABILITY_OPTIONS, type ObservabilityOptions } from '../observability.options.js';
import { SensitiveNames } from '../sensitive-names.js';
import { serviceIdentity } from '../service-identity.js';
import { jsonLine } from './log-line.js';
import { type Level, levels, parseLevel } from './log-level.js';
import { type LogCall, type LogFields, type LogRecord, logRecord, readLogCall } from './log-record.js';
import { LokiTransport } from './loki-transport.js';
import { type LogFormat, logFormat, writeToStdout } from './stdout.js';

const ownContext = 'TraceLogger';

/**
 * The logger behind Nest's `Logger`: after `app.useLogger(app.get(TraceLogger))`, each line that `new Logger(Name)`
 * writes anywhere carries the ids of the trace and of the request in which it was written. Lines go to stdout and,
 * when a Loki URL is set, to Loki. A call never throws and never waits for a backend.
 */
@Injectable()
export class TraceLogger implements LoggerService {
  private readonly service: string;
  private readonly sensitive: SensitiveNames;
  private readonly winston: winston.Logger;
  private readonly loki: LokiTransport | undefined;

  constructor(@Optional() @Inject(OBSERVABILITY_OPTIONS) options: ObservabilityOptions = {}) {
    const { env } = process;
    const { name, environment } = serviceIdentity(env);
    this.service = name;
    this.sensitive = new SensitiveNames(options.redactKeys);
    const givenLevel = options.logLevel ?? setting(env, 'LOG_LEVEL') ?? 'info';
    const level = parseLevel(givenLevel);
    this.winston = winston.createLogger({
      levels,
      level: level ?? 'info',
      // The record is made in the caller's context, before winston may hold it back.
      format: winston.format((info) => info)(),
      transports: [new StdoutTransport(options.logFormat ?? logFormat(env))],
    });
    if (level === undefined) {
      this.warn(
        `LOG_LEVEL is "${givenLevel}"; using info. Known: ${Object.keys(levels).join(', ')}.`,
        ownContext,
      );
    }
    this.loki = this.createLoki(options.lokiUrl ?? setting(env, 'LOKI_URL'), {
      service: name,
      env: environment,
    });
    if (this.loki) this.winston.add(this.loki);
  }

  log(message: string, fields: LogFields, context?: string): void;
  log(message: unknown, ...optionalParams: unknown[]): void;
  log(message: unknown, ...params: unknown[]): void {
    this.write('info', message, params);
  }

  error(message: string, fields: LogFields, context?: string): void;
  error(message: unknown, ...optionalParams: unknown[]): void;
  error(message: unknown, ...params: unknown[]): void {
    this.write('error', message, params);
  }

  warn(message: string, fields: LogFields, context?: string): void;
  warn(message: unknown, ...optionalParams: unknown[]): void;
  warn(message: unknown, ...params: unknown[]): void {
    this.write('warn', message, params);
  }

  debug(message: string, fields: LogFields, context?: string): void;
  debug(message: unknown, ...optionalParams: unknown[]): void;
  debug(message: unknown, ...params: unknown[]): void {
    this.write('debug', message, params);
  }

  verbose(message: string, fields: LogFields, context?: string): void;
  verbose(message: unknown, ...optionalParams: unknown[]): void;
  verbose(message: unknown, ...params: unknown[]): void {
    this.write('trace', message, params);
  }

  fatal(message: string, fields: LogFields, context?: string): void;
  fatal(message: unknown, ...optionalParams: unknown[]): void;
  fatal(message: unknown, ...params: unknown[]): void {
    this.write('fatal', message, params);
  }

  /**
   * Sends the lines that Loki has not got yet. Resolves after `timeoutMillis` at the latest, never rejects; from
   * then on lines go to stdout only.
   */
  async shutdown(timeoutMillis: number): Promise<void> {
    await this.loki?.shutdown(timeoutMillis);
  }

  private write(level: Level, message: unknown, params: readonly unknown[]): void {
    try {
      if (!this.winston.isLevelEnabled(level)) return;
      this.emit(level, readLogCall(level, message, params));
    } catch (error) {
      // A getter or a proxy among the fields failed: the line goes without them, the request goes on.
      const text = typeof message === 'string' ? message : 'A message that cannot be read';
      this.emit(level, { message: text, fields: { unreadable: describeError(error).message } });
    }
  }

  private emit(level: Level, call: LogCall): void {
    const record = logRecord(level, call, this.service, this.sensitive);
    this.winston.write({ level, message: '', record, [LEVEL]: level, [MESSAGE]: jsonLine(record) });
  }

  private createLoki(url: string | undefined, labels: Record<string, string>): LokiTransport | undefined {
    if (!url) return undefined;
    try {
      return new LokiTransport({
        url,
        labels,
        report: (level, message) => this.write(level, message, [ownContext]),
      });
    } catch (error) {
      const reason = describeError(error).message;
      this.warn(
        `LOKI_URL is "${url}" (${reason}); log lines go to stdout only. Example: http://localhost:3100`,
      );
      return undefined;
    }
  }
}

class StdoutTransport extends Transport {
  constructor(private readonly lineFormat: LogFormat) {
    super();
  }

  override log(info: { record: LogRecord; [MESSAGE]: string }, next: () => void): void {
    writeToStdout(info.record, this.lineFormat, info[MESSAGE]);
    next();
  }
}
