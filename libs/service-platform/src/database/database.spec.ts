import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import type { DatabaseConfig } from '../config/service-config.js';
import { StartError } from '../errors/start-error.js';
import { migrate, type Migrations } from './migrate.js';
import { openDatabase } from './open-database.js';
import { describeOnEachDatabase } from './testing/describe-on-each-database.js';

interface Schema {
  notes: { id: string; size_bytes: number };
}

const notes: Migrations = {
  '001-notes': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('notes')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .execute();
    },
  },
};

const failing: Migrations = {
  ...notes,
  '002-half': {
    async up(db: Kysely<Schema>) {
      await db.insertInto('notes').values({ id: 'half', size_bytes: 1 }).execute();
      throw new Error('the second half is missing');
    },
  },
};

describeOnEachDatabase('A database', (freshDatabase) => {
  const opened: Kysely<Schema>[] = [];
  const open = (config: DatabaseConfig, service = 'notes-service') => {
    const database = openDatabase<Schema>(service, config);
    opened.push(database);
    return database;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.destroy()));
  });

  it('A database keeps its rows after a restart of the service', async () => {
    const config = await freshDatabase();
    const before = open(config);
    await migrate(before, 'notes-service', notes);
    await before.insertInto('notes').values({ id: 'a', size_bytes: 1 }).execute();
    await opened.pop()?.destroy();

    const after = open(config);
    await migrate(after, 'notes-service', notes);
    expect(await after.selectFrom('notes').selectAll().execute()).toEqual([{ id: 'a', size_bytes: 1 }]);
  });

  it('A failed migration is named and rolled back', async () => {
    const database = open(await freshDatabase());
    await migrate(database, 'notes-service', notes);

    await expect(migrate(database, 'notes-service', failing)).rejects.toThrow(
      'the migration "002-half" failed: the second half is missing',
    );
    expect(await database.selectFrom('notes').selectAll().execute()).toEqual([]);
  });

  it('A database returns integers as numbers, and rejects those that a number cannot represent exactly', async () => {
    const database = open(await freshDatabase());
    await migrate(database, 'notes-service', notes);
    await database.insertInto('notes').values({ id: 'a', size_bytes: Number.MAX_SAFE_INTEGER }).execute();

    expect(await database.selectFrom('notes').select('size_bytes').executeTakeFirst()).toEqual({
      size_bytes: Number.MAX_SAFE_INTEGER,
    });
    await database
      .updateTable('notes')
      .set({ size_bytes: sql`9007199254740993` })
      .execute();
    await expect(database.selectFrom('notes').selectAll().execute()).rejects.toThrow(
      /too large|out of range/i,
    );
  });

  it('Services with separate migrations can share a database', async () => {
    const config = await freshDatabase();
    await migrate(open(config), 'notes-service', notes);
    await migrate(open(config, 'other-service'), 'other-service', {
      '001-other': {
        async up(db: Kysely<unknown>) {
          await db.schema.createTable('others').addColumn('id', 'text').execute();
        },
      },
    });
    await migrate(open(config), 'notes-service', notes);

    expect(await open(config).selectFrom('notes').selectAll().execute()).toEqual([]);
  });
});

describe('A database that cannot be used', () => {
  it('A refused database connection is reported with the reason and the next step, without the password', async () => {
    const database = openDatabase('notes-service', {
      DATA_DIR: '',
      // Connections to port 1 of loopback are refused.
      DATABASE_URL: 'postgres://shop:s3cret@localhost:1/shop',
    });
    const failure = migrate(database, 'notes-service', notes);

    await expect(failure).rejects.toThrow(StartError);
    await expect(failure).rejects.toThrow(
      /^the database cannot be used: connect ECONNREFUSED .*:1\. Check DATABASE_URL and whether the server runs\.$/,
    );
    await database.destroy();
  });

  it.each([
    ['it is a file', fileURLToPath(import.meta.url)],
    ['its file system makes none', '/proc/nowhere/deep'],
  ])(
    'A SQLite file whose folder cannot be created is reported with the reason and the next step: %s',
    (_why, notAFolder) => {
      const open = () => openDatabase('notes-service', { DATA_DIR: notAFolder });

      expect(open).toThrow(StartError);
      expect(open).toThrow(
        /notes-service\.sqlite cannot be opened: .*\. Set DATA_DIR to a folder that this user may write to\.$/,
      );
    },
  );
});

describe('A SQLite file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lantern-sqlite-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('A SQLite file is created with its parent folders, in write-ahead mode', async () => {
    const database = openDatabase('notes-service', { DATA_DIR: join(folder, 'not', 'there') });
    const { rows } = await sql`PRAGMA journal_mode`.execute(database);
    await database.destroy();

    expect(rows).toEqual([{ journal_mode: 'wal' }]);
  });

  it('A SQLite file enforces foreign keys', async () => {
    const database = openDatabase('notes-service', { DATA_DIR: folder });
    await sql`CREATE TABLE parent (id TEXT PRIMARY KEY)`.execute(database);
    await sql`CREATE TABLE child (id TEXT REFERENCES parent)`.execute(database);

    await expect(sql`INSERT INTO child VALUES ('orphan')`.execute(database)).rejects.toThrow(/foreign key/i);
    await database.destroy();
  });

  it('A SQLite file streams rows', async () => {
    const database = openDatabase<Schema>('notes-service', { DATA_DIR: folder });
    await migrate(database, 'notes-service', notes);
    for (const id of ['a', 'b', 'c'])
      await database.insertInto('notes').values({ id, size_bytes: 0 }).execute();

    const seen: string[] = [];
    for await (const { id } of database.selectFrom('notes').select('id').orderBy('id').stream())
      seen.push(id);
    await database.destroy();
    expect(seen).toEqual(['a', 'b', 'c']);
  });
});
