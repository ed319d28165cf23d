import type { Order } from '@lantern/service-contracts';
import { migrate, openDatabase, readCursor } from '@lantern/service-platform/database';
import { describeOnEachDatabase } from '@lantern/service-platform/database/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Kysely } from 'kysely';
import { migrations } from '../migrations.js';
import { OrdersRepository } from './orders.repository.js';
import type { Schema } from './orders.schema.js';

const order = (id: string, user_id: string, created_at: string, total_minor = 259_800): Order => ({
  id,
  user_id,
  product: 'laptop',
  quantity: 2,
  unit_price_minor: 129_900,
  total_minor,
  currency: 'EUR',
  created_at,
});

describeOnEachDatabase('OrdersRepository', (freshDatabase) => {
  let database: Kysely<Schema>;
  let orders: OrdersRepository;

  beforeEach(async () => {
    database = openDatabase('order-service', await freshDatabase());
    await migrate(database, 'order-service', migrations);
    orders = new OrdersRepository(database);
  });
  afterEach(() => database.destroy());

  it('The repository returns an order as inserted', async () => {
    const inserted = order('a', '1', '2026-11-22T10:00:00.123Z');
    await orders.insert(inserted);

    expect(await orders.find('a')).toEqual(inserted);
  });

  it('The repository stores amounts above 32 bits', async () => {
    const large = order('a', '1', '2026-11-22T10:00:00.000Z', 5_000_000_000);
    await orders.insert(large);

    expect(await orders.find('a')).toEqual(large);
  });

  it('The repository returns undefined for an unknown order ID', async () => {
    expect(await orders.find('none')).toBeUndefined();
  });

  it('The repository rejects a second order with the same ID', async () => {
    await orders.insert(order('a', '1', '2026-11-22T10:00:00.000Z'));

    await expect(orders.insert(order('a', '2', '2026-11-22T10:00:01.000Z'))).rejects.toThrow(/unique/i);
  });

  describe('lists', () => {
    // Newest first; d and c were placed within one millisecond.
    const e = order('e', '1', '2026-03-03T00:00:00.000Z');
    const d = order('d', '2', '2026-03-02T00:00:00.000Z');
    const c = order('c', '1', '2026-03-02T00:00:00.000Z');
    const b = order('b', '1', '2026-03-01T00:00:00.000Z');

    beforeEach(async () => {
      for (const each of [c, e, b, d]) await orders.insert(each);
    });

    it('The repository lists orders newest first', async () => {
      expect(await orders.list(10)).toEqual({ items: [e, d, c, b], next_cursor: null });
    });

    it('The repository lists only the orders of the given user', async () => {
      expect((await orders.list(10, { userId: '1' })).items).toEqual([e, c, b]);
      expect((await orders.list(10, { userId: 'nobody' })).items).toEqual([]);
    });

    it.each([undefined, '1'])(
      'The repository lists each order exactly once over pages, of user %s',
      async (userId) => {
        const seen: Order[] = [];
        let cursor: string | null = null;
        do {
          const after = cursor === null ? undefined : readCursor(cursor);
          const page = await orders.list(2, { userId, after });
          seen.push(...page.items);
          cursor = page.next_cursor;
        } while (cursor !== null);

        expect(seen).toEqual((await orders.list(10, { userId })).items);
      },
    );
  });
});
