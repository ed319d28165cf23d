import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';
import { tracedDialect } from './traced-dialect.js';

interface Schema {
  users: { id: number; name: string };
  orders: { id: number; user_id: number };
}

const telemetry = startTestTelemetry();
const tracer = new Tracer();
const request = <T>(work: () => Promise<T>): Promise<T> => tracer.withSpan('request', work);

let db: Kysely<Schema>;

beforeEach(async () => {
  db = new Kysely<Schema>({
    dialect: tracedDialect(new SqliteDialect({ database: inMemory() }), {
      system: 'sqlite',
      namespace: 'shop',
    }),
  });
  await db.schema
    .createTable('users')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text')
    .execute();
  await db.schema.createTable('orders').addColumn('id', 'integer').addColumn('user_id', 'integer').execute();
  telemetry.reset();
});
afterEach(() => db.destroy());

describe('a traced Kysely dialect', () => {
  it('A traced Kysely dialect creates one client span for each query, named by operation and table', async () => {
    await request(async () => {
      await db.insertInto('users').values({ id: 1, name: 'Ada' }).execute();
      await db.selectFrom('users as u').selectAll().where('id', '=', 1).execute();
      await db.updateTable('users').set({ name: 'Eve' }).execute();
      await db.deleteFrom('orders').execute();
      await sql`select count(*) from orders where user_id = ${1}`.execute(db);
    });
    expect(telemetry.tree()).toBe(
      [
        'request [internal]',
        '  INSERT users [client]',
        '  SELECT users [client]',
        '  UPDATE users [client]',
        '  DELETE orders [client]',
        '  SELECT orders [client]',
      ].join('\n'),
    );
  });

  it('The span of a query follows the stable conventions, without the query’s values', async () => {
    await request(() => db.selectFrom('users').selectAll().where('name', '=', 'top secret').execute());
    expect(telemetry.span('SELECT users').attributes).toEqual({
      'db.system.name': 'sqlite',
      'db.namespace': 'shop',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'users',
      'db.query.summary': 'SELECT users',
      'db.query.text': 'select * from "users" where "name" = ?',
    });
  });

  it('A traced Kysely dialect returns the same rows as the plain dialect', async () => {
    const rows = await request(async () => {
      await db
        .insertInto('users')
        .values([
          { id: 1, name: 'Ada' },
          { id: 2, name: 'Eve' },
        ])
        .execute();
      return db.selectFrom('users').selectAll().orderBy('id').execute();
    });
    expect(rows).toEqual([
      { id: 1, name: 'Ada' },
      { id: 2, name: 'Eve' },
    ]);
  });

  it('The span of a failing query is an error, and the caller gets the error', async () => {
    const insert = () => db.insertInto('users').values({ id: 1, name: 'Ada' }).execute();
    const failure = request(async () => {
      await insert();
      await insert();
    });
    await expect(failure).rejects.toThrow('UNIQUE constraint failed');
    const failed = telemetry.spans().filter(({ name }) => name === 'INSERT users')[1];
    expect(failed?.status.code).toBe(2);
    expect(failed?.attributes).toMatchObject({ 'error.type': '1555', 'db.response.status_code': '1555' });
    expect(failed?.events.map(({ name }) => name)).toEqual(['exception']);
  });

  it('Commands of a transaction and its savepoints have no spans', async () => {
    await request(async () => {
      await db
        .transaction()
        .execute((trx) => trx.insertInto('orders').values({ id: 1, user_id: 1 }).execute());
      const trx = await db.startTransaction().execute();
      const inner = await trx.savepoint('here').execute();
      await inner.rollbackToSavepoint('here').execute();
      await trx.rollback().execute();
    });
    expect(telemetry.tree()).toBe('request [internal]\n  INSERT orders [client]');
  });

  it('Queries outside of a recorded span have no spans', async () => {
    await db.selectFrom('users').selectAll().execute();
    startTestTelemetry({ OTEL_TRACES_SAMPLER: 'always_off' });
    await request(() => db.selectFrom('users').selectAll().execute());
    startTestTelemetry();
    expect(telemetry.spans()).toEqual([]);
  });

  it('The span of a streamed query ends with its last row', async () => {
    await request(async () => {
      await db
        .insertInto('users')
        .values([
          { id: 1, name: 'Ada' },
          { id: 2, name: 'Eve' },
        ])
        .execute();
      for await (const row of db.selectFrom('users').selectAll().stream()) {
        expect(row.id).toBeGreaterThan(0);
        expect(telemetry.spans().map(({ name }) => name)).not.toContain('SELECT users');
      }
    });
    expect(telemetry.span('SELECT users').status.code).toBe(0);
  });

  it('A query does not change the caller’s active span', async () => {
    await request(async () => {
      const before = trace.getActiveSpan();
      await db.selectFrom('users').selectAll().execute();
      expect(trace.getActiveSpan()).toBe(before);
    });
  });
});

/** node:sqlite in the shape that Kysely's SQLite dialect drives. */
const inMemory = (): SqliteDatabase => {
  const database = new DatabaseSync(':memory:');
  return {
    prepare(text) {
      const statement = database.prepare(text);
      const bound = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...bound(parameters)),
        run: (parameters) => statement.run(...bound(parameters)),
        iterate: (parameters) => statement.iterate(...bound(parameters)) as IterableIterator<unknown>,
      };
    },
    close: () => database.close(),
  };
};
