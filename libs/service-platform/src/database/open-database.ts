import { join } from 'node:path';
import { tracedDialect } from '@lantern/observability/kysely';
import { type Dialect, Kysely, PostgresDialect } from 'kysely';
import type { DatabaseConfig } from '../config/service-config.js';
import { openPostgres } from './postgres.js';
import { NodeSqliteDialect } from './sqlite.js';

/**
 * Opens the database of a service: PostgreSQL if the configuration has a URL, else a SQLite file in the data folder, named
 * after the service. Each query inside a span gets a span of its own. PostgreSQL connects with the first query; the SQLite
 * file is opened immediately.
 */
export const openDatabase = <Schema>(service: string, config: DatabaseConfig): Kysely<Schema> => {
  return new Kysely<Schema>({
    dialect: config.DATABASE_URL
      ? postgresDialect(service, config.DATABASE_URL)
      : sqliteDialect(join(config.DATA_DIR, `${service}.sqlite`)),
  });
};

const sqliteDialect = (path: string): Dialect => {
  return tracedDialect(new NodeSqliteDialect(path), {
    system: 'sqlite',
    namespace: path,
  });
};

const postgresDialect = (service: string, url: string): Dialect => {
  const { hostname, port, pathname } = new URL(url);
  return tracedDialect(new PostgresDialect({ pool: openPostgres(url, service) }), {
    system: 'postgresql',
    namespace: decodeURIComponent(pathname.slice(1)),
    ...(hostname && { serverAddress: hostname, serverPort: Number(port || 5432) }),
  });
};
