import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';
import pg from 'pg';

/** PostgreSQL's type IDs (`pg_type.oid`). */
const INT8_OID = 20;

/** Creates a connection pool. It connects with the first query. */
export const openPostgres = (url: string, applicationName: string): pg.Pool => {
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
  // An idle connection that breaks is not an error of a request, but without a listener the event would end the process.
  // It is emitted in the context of the request that opened the connection, which is unrelated.
  const logger = new Logger('PostgreSQL');
  const outside = AsyncLocalStorage.snapshot();
  pool.on('error', (error) => {
    if (!pool.ending) outside(() => logger.warn(`An idle connection broke: ${error.message}`));
  });
  return pool;
};

/** Parses a `bigint` as a number, as for SQLite's integers. Throws instead of rounding. */
const toSafeInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} is too large for a number`);
  return value;
};
