import { context } from '@opentelemetry/api';
import { type TraceIds, addTraceIds } from './trace-ids.js';

/**
 * Mixin of pino that gives each line the ids of the trace in which it is written: `trace_id`, `span_id`, `correlation_id`.
 *
 *     LoggerModule.forRoot({ pinoHttp: { mixin: pinoMixin } })   // nestjs-pino
 *     pino({ mixin: pinoMixin })
 *
 * Outside of a trace it adds nothing. A team's own mixin can spread it: `mixin: () => ({ ...pinoMixin(), region })`.
 */
export const pinoMixin = (): TraceIds => addTraceIds({}, context.active());
