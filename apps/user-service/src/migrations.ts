import type { Migrations } from '@lantern/service-platform/database';
import type { Kysely } from 'kysely';
import type { Schema } from './users/users.schema.js';

export const migrations: Migrations = {
  '001-users': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('users')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('email', 'text', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('users_newest_first')
        .on('users')
        .columns(['created_at_ms desc', 'id desc'])
        .execute();
    },
  },
  // The first order needs a user.
  '002-first-user': {
    async up(db: Kysely<Schema>) {
      await db
        .insertInto('users')
        .values({
          id: '1',
          name: 'Ada Lovelace',
          email: 'ada@example.com',
          created_at_ms: Date.parse('2026-01-01T00:00:00Z'),
        })
        .execute();
    },
  },
};
