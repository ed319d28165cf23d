import { diag } from '@opentelemetry/api';
import { isInstrumented } from '../environment.js';
import { traceMongoose } from './trace-mongoose.js';
import { traceMysql2 } from './trace-mysql2.js';
import { tracePg, tracePgWhenLoaded } from './trace-pg.js';
import { traceIoredis, traceNodeRedis } from './trace-redis.js';
import { traceSqlite } from './trace-sqlite.js';

/** Drivers that `register` traces, by the names that OpenTelemetry's instrumentations have. */
const drivers: Record<string, () => void> = {
  pg: tracePgWhenLoaded,
  mongoose: traceMongoose,
  mysql2: traceMysql2,
  ioredis: traceIoredis,
  redis: traceNodeRedis,
};

/**
 * Traces the enabled database drivers of this process, now and when they are loaded. Those that are not used cost nothing.
 */
export const traceDrivers = (env: NodeJS.ProcessEnv): void => {
  for (const [name, trace] of Object.entries(drivers)) if (isInstrumented(env, name)) trace();
};

/** Traces drivers that the application hands over: the module of `pg`, of `better-sqlite3` or of `node:sqlite`. */
export const traceGiven = (libraries: readonly object[]): void => {
  for (const library of libraries) {
    if (tracePg(library) || traceSqlite(library)) continue;
    diag.warn(
      'instrument: takes the modules of pg, better-sqlite3 and node:sqlite; one of its entries is none of them and is ignored',
    );
  }
};
