import { Inject, Injectable } from '@nestjs/common';
import type { User, UserPage } from '@lantern/service-contracts';
import { DATABASE, type Keyset, toPage } from '@lantern/service-platform/database';
import type { Kysely } from 'kysely';
import type { Schema, UserRow } from './users.schema.js';

@Injectable()
export class UsersRepository {
  constructor(@Inject(DATABASE) private readonly database: Kysely<Schema>) {}

  async insert(user: User): Promise<void> {
    await this.database.insertInto('users').values(toRow(user)).execute();
  }

  async find(id: string): Promise<User | undefined> {
    const row = await this.database.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toUser(row);
  }

  /** Returns a page of users, newest first. `after` is the last row of the previous page. */
  async list(limit: number, after?: Keyset): Promise<UserPage> {
    let query = this.database
      .selectFrom('users')
      .selectAll()
      .orderBy('created_at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (after) {
      query = query.where((eb) =>
        eb(eb.refTuple('created_at_ms', 'id'), '<', eb.tuple(after.created_at_ms, after.id)),
      );
    }
    return toPage(await query.execute(), limit, toUser);
  }
}

const toRow = ({ id, name, email, created_at }: User): UserRow => ({
  id,
  name,
  email,
  created_at_ms: Date.parse(created_at),
});

const toUser = ({ id, name, email, created_at_ms }: UserRow): User => ({
  id,
  name,
  email,
  created_at: new Date(created_at_ms).toISOString(),
});
