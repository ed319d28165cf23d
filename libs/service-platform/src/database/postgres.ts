import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import pg from 'pg';

/** PostgreSQL's own numbers for its types (`pg_type.oid`). */
const INT8_OID = 20;

/** Opens a pool of connections; the first one is made with the first query. */
export function openPostgres(url: string, applicationName: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    max: 10,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID
          ? toSafeInteger
          : (pg.types.getTypeParser as (oid: number, format?: string) => unknown)(oid, format)) as never,
    },
  });
  // A connection that breaks while nobody uses it is no error of any request, but unheard it would end the process.
  // The event comes in the context of the request that made the connection, which has nothing to do with it.
  const logger = new Logger('PostgreSQL');
  const outside = AsyncLocalStorage.snapshot();
  pool.on('error', (error) => {
    if (!pool.ending) outside(() => logger.warn(`An idle connection broke: ${error.message}`));
  });
  return pool;
}

/** `bigint` columns hold amounts and milliseconds, as SQLite's integers do: numbers, or an error rather than a rounded one. */
function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} is too large for a number`);
  return value;
}
