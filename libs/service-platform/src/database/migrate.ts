import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { messageOf } from '../errors/message-of.js';
import { StartError } from '../errors/start-error.js';

/** Migrations by name. They run in the order of their names, each once. */
export type Migrations = Readonly<Record<string, Migration>>;

/**
 * Runs the pending migrations. Several processes may do so concurrently: Kysely takes a lock.
 * Each service keeps its own record of completed migrations, so that services may share one PostgreSQL database.
 *
 * @throws StartError with the name of the failed migration, which was rolled back.
 */
export const migrate = async <Schema>(
  database: Kysely<Schema>,
  service: string,
  migrations: Migrations,
): Promise<void> => {
  const prefix = service.replaceAll('-', '_');
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: `${prefix}_migration`,
    migrationLockTableName: `${prefix}_migration_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;

  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  throw new StartError(
    failed
      ? `the migration "${failed}" failed: ${messageOf(error)}.`
      : `the database cannot be used: ${messageOf(error)}. Check DATABASE_URL and whether the server runs.`,
    { cause: error },
  );
};
