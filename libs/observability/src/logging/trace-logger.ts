import { Injectable, type LoggerService } from '@nestjs/common';
import { context, trace } from '@opentelemetry/api';
import winston from 'winston';
import { currentCorrelationId } from '../propagation/correlation.js';

/**
 * The logger behind Nest's `Logger`: JSON lines with the ids of the trace, so that `new Logger(Name)` anywhere
 * is correlated once `app.useLogger(app.get(TraceLogger))` was called.
 */
@Injectable()
export class TraceLogger implements LoggerService {
  private readonly winston = winston.createLogger({
    level: process.env.LOG_LEVEL ?? 'info',
    format: winston.format.json(),
    transports: [new winston.transports.Console()],
  });

  log(message: unknown, ...params: unknown[]): void {
    this.write('info', message, params);
  }
  error(message: unknown, ...params: unknown[]): void {
    this.write('error', message, params);
  }
  warn(message: unknown, ...params: unknown[]): void {
    this.write('warn', message, params);
  }
  debug(message: unknown, ...params: unknown[]): void {
    this.write('debug', message, params);
  }
  verbose(message: unknown, ...params: unknown[]): void {
    this.write('silly', message, params);
  }
  fatal(message: unknown, ...params: unknown[]): void {
    this.write('error', message, params);
  }

  private write(level: string, message: unknown, params: unknown[]): void {
    const ids = trace.getSpan(context.active())?.spanContext();
    const fields = params.find((param) => typeof param === 'object' && param !== null);
    const name = params.findLast((param) => typeof param === 'string');
    this.winston.log({
      ...(fields ?? {}),
      level,
      message: String(message),
      context: name,
      service: process.env.OTEL_SERVICE_NAME,
      trace_id: ids?.traceId,
      span_id: ids?.spanId,
      correlation_id: currentCorrelationId(),
    });
  }
}
