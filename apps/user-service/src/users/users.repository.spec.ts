import type { User } from '@lantern/service-contracts';
import { migrate, openDatabase, readCursor } from '@lantern/service-platform/database';
import { describeOnEachDatabase } from '@lantern/service-platform/database/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import { migrations } from '../migrations.js';
import { UsersRepository } from './users.repository.js';
import type { Schema } from './users.schema.js';

const ADA: User = {
  id: '1',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  created_at: '2026-01-01T00:00:00.000Z',
};

const user = (id: string, created_at: string, name = `Name of ${id}`): User => ({
  id,
  name,
  email: `${id}@example.com`,
  created_at,
});

describeOnEachDatabase('UsersRepository', (freshDatabase) => {
  let database: Kysely<Schema>;
  let users: UsersRepository;

  beforeEach(async () => {
    database = openDatabase('user-service', await freshDatabase());
    await migrate(database, 'user-service', migrations);
    users = new UsersRepository(database);
  });
  afterEach(() => database.destroy());

  it('The repository has exactly one user "1" after any number of starts', async () => {
    await migrate(database, 'user-service', migrations);

    expect(await users.list(10)).toEqual({ items: [ADA], next_cursor: null });
  });

  it('The repository returns a user as inserted, with milliseconds and names in any script', async () => {
    const inserted = user('a', '2026-11-22T10:00:00.123Z', "Zoë O'Neil 李 🚀");
    await users.insert(inserted);

    expect(await users.find('a')).toEqual(inserted);
  });

  it('The repository returns undefined for an unknown user ID', async () => {
    expect(await users.find('nobody')).toBeUndefined();
  });

  it('The repository rejects a second user with the same ID and keeps the first', async () => {
    await expect(users.insert(user('1', '2026-11-22T10:00:00.123Z', 'Impostor'))).rejects.toThrow(/unique/i);

    expect(await users.find('1')).toEqual(ADA);
  });

  describe('lists', () => {
    // Newest first; d and c were created within one millisecond.
    const e = user('e', '2026-03-03T00:00:00.000Z');
    const d = user('d', '2026-03-02T00:00:00.000Z');
    const c = user('c', '2026-03-02T00:00:00.000Z');
    const b = user('b', '2026-03-01T00:00:00.000Z');

    beforeEach(async () => {
      for (const each of [c, e, b, d]) await users.insert(each);
    });

    it('The repository lists users newest first', async () => {
      const { items } = await users.list(10);

      expect(items).toEqual([e, d, c, b, ADA]);
    });

    it.each([1, 2, 3, 5])('The repository lists each user exactly once over pages of %i', async (limit) => {
      const seen: User[] = [];
      let cursor: string | null = null;
      do {
        const page = await users.list(limit, cursor === null ? undefined : readCursor(cursor));
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null);

      expect(seen).toEqual([e, d, c, b, ADA]);
    });

    it('The repository lists each user exactly once if one is created between two pages', async () => {
      const first = await users.list(2);
      await users.insert(user('f', '2026-03-04T00:00:00.000Z'));
      const second = await users.list(10, readCursor(first.next_cursor ?? ''));

      expect([...first.items, ...second.items]).toEqual([e, d, c, b, ADA]);
    });

    it('The repository returns no further page if the last page is exactly full', async () => {
      const { next_cursor } = await users.list(5);

      expect(next_cursor).toBeNull();
    });
  });
});
