// One variant of the log-line benchmark: writes lines at a steady rate on request, and reports the CPU that they took.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT_CONTEXT, type TextMapPropagator, context, defaultTextMapGetter } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import winston from 'winston';

/** Lines in one turn of the event loop, and turns a second: the rate of a very busy service. */
const LINES_A_TURN = 100;
const TURN_MILLIS = 5;

const [variant, lines] = process.argv.slice(2);

const traceId = randomBytes(16).toString('hex');
const spanId = randomBytes(8).toString('hex');
const CORRELATION_ID = '0d3c4a0c-6d0f-4b0f-9a67-1d5f3f6f0c11';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

interface Subject {
  write: (fields: Record<string, unknown>) => void;
  settle: () => Promise<void>;
}

/** Baseline of winston without the library: the same keys and ids, in winston's own formats, to the same stdout. */
const plainWinston = (): Subject => {
  const logger = winston.createLogger({
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream: process.stdout })],
  });
  return {
    write: (fields) =>
      void logger.info('POST /orders 201 12ms', {
        ...fields,
        service: 'order-service',
        context: 'OrdersService',
        trace_id: traceId,
        span_id: spanId,
        correlation_id: CORRELATION_ID,
      }),
    settle: () => Promise.resolve(),
  };
};

const library = async (): Promise<Subject> => {
  const { TraceLogger } = (await import(new URL('../../dist/index.js', import.meta.url).href)) as {
    TraceLogger: new (options: object) => {
      log: (message: string, fields: Record<string, unknown>, context: string) => void;
    };
  };
  const { createPropagator } = (await import(
    new URL('../../dist/propagation/propagator.js', import.meta.url).href
  )) as { createPropagator: (env: NodeJS.ProcessEnv) => TextMapPropagator };
  const logger = new TraceLogger({ logFormat: 'json' });
  // As a request brings them.
  const request = createPropagator(process.env).extract(
    ROOT_CONTEXT,
    { traceparent: `00-${traceId}-${spanId}-01`, 'x-correlation-id': CORRELATION_ID },
    defaultTextMapGetter,
  );
  return {
    write: (fields) =>
      context.with(request, () => {
        logger.log('POST /orders 201 12ms', fields, 'OrdersService');
      }),
    // Longer than the batching delay. Lines that are not sent by then count in the next round.
    settle: () => pause(600),
  };
};

const subject = variant === 'winston' ? plainWinston() : await library();

let order = 0;
const run = async (lines: number): Promise<number> => {
  const before = process.cpuUsage();
  for (let written = 0; written < lines;) {
    for (let turn = 0; turn < LINES_A_TURN && written < lines; turn++, written++) {
      subject.write({ method: 'POST', path: '/orders', status: 201, duration_ms: 12.345, order: order++ });
    }
    await pause(TURN_MILLIS);
  }
  await subject.settle();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

process.on('message', () => {
  void run(Number(lines)).then((cpuMicros) => process.send?.({ type: 'ran', cpuMicros }));
});
process.once('disconnect', () => process.exit());
process.send?.({ type: 'ready' });
