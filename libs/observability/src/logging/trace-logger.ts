import { Inject, Injectable, type LoggerService, Optional } from '@nestjs/common';
import { type Context, ROOT_CONTEXT, context, trace } from '@opentelemetry/api';
import { LEVEL, MESSAGE } from 'triple-beam';
import winston from 'winston';
import { setting } from '../environment.js';
import { describeError } from '../redaction/errors.js';
import { OBSERVABILITY_OPTIONS, type ObservabilityOptions } from '../observability.options.js';
import { SensitiveNames } from '../redaction/sensitive-names.js';
import { serviceIdentity } from '../identity/service-identity.js';
import { now } from './timestamp.js';
import { LineDelivery } from './line-delivery.js';
import { DeliveryTransport, type LineInfo, StdoutTransport } from './line-transports.js';
import { logDestination } from './log-destination.js';
import { jsonLine } from './log-line.js';
import { type Level, levels, parseLevel } from './log-level.js';
import {
  type LogCall,
  type LogFields,
  type LogRecord,
  logRecord,
  readLogCall,
  recordOrigin,
} from './log-record.js';
import { openDelivery } from './open-deliveries.js';
import { logFormat } from './stdout.js';

const OWN_CONTEXT = 'TraceLogger';
const ACCESS_CONTEXT = 'AccessLog';

/** Line about a request or call that is over. */
export interface AccessLine {
  message: string;
  fields: Record<string, string | number | boolean | undefined>;
}

/** Nest classes that log each module and route at each start. Their `info` lines get level `debug`. */
const talkative: ReadonlySet<string | undefined> = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/**
 * The logger behind Nest's `Logger`: after `app.useLogger(app.get(TraceLogger))`, each line that `new Logger(Name)`
 * writes anywhere carries the ids of the trace and of the request in which it was written. Lines go to stdout and one
 * way more: by OTLP where `OTEL_LOGS_EXPORTER` is `otlp`, else to Loki where its URL is set. A call never throws and
 * never waits for a backend.
 */
@Injectable()
export class TraceLogger implements LoggerService {
  private readonly service: string;
  private readonly sensitive: SensitiveNames;
  private readonly threshold: number;
  private readonly winston: winston.Logger;
  private readonly delivery: LineDelivery | undefined;
  private readonly closeDelivery: (() => void) | undefined;

  constructor(@Optional() @Inject(OBSERVABILITY_OPTIONS) options: ObservabilityOptions = {}) {
    const { env } = process;
    const identity = serviceIdentity(env);
    this.service = identity.name;
    this.sensitive = new SensitiveNames(options.redactKeys);
    const givenLevel = options.logLevel ?? setting(env, 'LOG_LEVEL') ?? 'info';
    const level = parseLevel(givenLevel);
    this.threshold = levels[level ?? 'info'];
    this.winston = winston.createLogger({
      levels,
      level: level ?? 'info',
      // The record is made in the caller's context, before winston may hold it back.
      format: winston.format((info) => info)(),
      transports: [new StdoutTransport(options.logFormat ?? logFormat(env))],
    });
    if (level === undefined) {
      this.report(
        'warn',
        `LOG_LEVEL is "${givenLevel}"; using info. Known: ${Object.keys(levels).join(', ')}.`,
      );
    }
    const { sender, warnings } = logDestination(env, identity, options.lokiUrl ?? setting(env, 'LOKI_URL'));
    if (sender) {
      this.delivery = new LineDelivery({
        sender,
        report: (level, message) => this.report(level, message),
      });
      this.winston.add(new DeliveryTransport(this.delivery));
      this.closeDelivery = openDelivery(this.delivery);
    }
    for (const warning of warnings) this.report('warn', warning);
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

  /** Returns whether lines of this level are written. */
  writes(level: Level): boolean {
    return levels[level] <= this.threshold;
  }

  /**
   * Writes a line about a request or call that is over, in the context in which it was served. The fields are plain and
   * free of secrets, so that they are formatted without being looked through. Such lines share a write to stdout.
   *
   * @internal
   */
  writeAccessLine(level: Level, line: AccessLine, ctx: Context): void {
    if (!this.writes(level)) return;
    const time = now();
    const record = recordOrigin(level, line.message, this.service, ctx, time, ACCESS_CONTEXT);
    this.pass(Object.assign(record, line.fields), ctx, time, true);
  }

  /**
   * Sends the lines that the backend has not got yet. Resolves after `timeoutMillis` at the latest, never rejects; from
   * then on lines go to stdout only.
   */
  async shutdown(timeoutMillis: number): Promise<void> {
    this.closeDelivery?.();
    await this.delivery?.shutdown(timeoutMillis);
  }

  /** Logs a message about the logger itself, outside of the current request. */
  private report(level: 'warn' | 'info', message: string): void {
    if (this.writes(level)) this.emit(level, { message, context: OWN_CONTEXT, fields: {} }, ROOT_CONTEXT);
  }

  private write(level: Level, message: unknown, params: readonly unknown[]): void {
    if (!this.writes(level)) return;
    try {
      const call = readLogCall(level, message, params);
      if (level === 'info' && talkative.has(call.context)) {
        if (this.writes('debug')) this.emit('debug', call);
      } else this.emit(level, call);
    } catch (error) {
      // A getter or a proxy among the fields failed: the line is written without them, the request continues.
      const text = typeof message === 'string' ? message : 'A message that cannot be read';
      this.emit(level, { message: text, fields: { unreadable: describeError(error).message } });
    }
  }

  private emit(level: Level, call: LogCall, ctx: Context = context.active()): void {
    const time = now();
    this.pass(logRecord(level, call, this.service, this.sensitive, ctx, time), ctx, time, false);
  }

  private pass(record: LogRecord, ctx: Context, time: number, mayWait: boolean): void {
    const info: LineInfo & winston.LogEntry & { [LEVEL]: Level } = {
      level: record.level,
      message: '',
      record,
      time,
      traceFlags: trace.getSpanContext(ctx)?.traceFlags,
      mayWait,
      [LEVEL]: record.level,
      [MESSAGE]: jsonLine(record),
    };
    this.winston.write(info);
  }
}
