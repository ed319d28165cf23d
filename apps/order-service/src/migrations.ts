import type { Migrations } from '@lantern/service-platform/database';
import type { Kysely } from 'kysely';

export const migrations: Migrations = {
  '001-orders': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('orders')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('product', 'text', (column) => column.notNull())
        .addColumn('quantity', 'integer', (column) => column.notNull())
        .addColumn('unit_price_minor', 'bigint', (column) => column.notNull())
        .addColumn('total_minor', 'bigint', (column) => column.notNull())
        .addColumn('currency', 'text', (column) => column.notNull())
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createIndex('orders_newest_first')
        .on('orders')
        .columns(['created_at_ms desc', 'id desc'])
        .execute();
      await db.schema
        .createIndex('orders_of_user_newest_first')
        .on('orders')
        .columns(['user_id', 'created_at_ms desc', 'id desc'])
        .execute();
    },
  },
};
