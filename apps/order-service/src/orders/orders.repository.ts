import { Inject, Injectable } from '@nestjs/common';
import type { Order, OrderPage } from '@lantern/service-contracts';
import { DATABASE, type Keyset, toPage } from '@lantern/service-platform/database';
import type { Kysely } from 'kysely';
import type { OrderRow, Schema } from './orders.schema.js';

export interface OrdersFilter {
  userId?: string | undefined;
  /** Last row of the previous page. */
  after?: Keyset | undefined;
}

@Injectable()
export class OrdersRepository {
  constructor(@Inject(DATABASE) private readonly database: Kysely<Schema>) {}

  async insert(order: Order): Promise<void> {
    await this.database.insertInto('orders').values(toRow(order)).execute();
  }

  async find(id: string): Promise<Order | undefined> {
    const row = await this.database.selectFrom('orders').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toOrder(row);
  }

  /** Returns a page of orders, newest first. */
  async list(limit: number, { userId, after }: OrdersFilter = {}): Promise<OrderPage> {
    let query = this.database
      .selectFrom('orders')
      .selectAll()
      .orderBy('created_at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (userId !== undefined) query = query.where('user_id', '=', userId);
    if (after) {
      query = query.where((eb) =>
        eb(eb.refTuple('created_at_ms', 'id'), '<', eb.tuple(after.created_at_ms, after.id)),
      );
    }
    return toPage(await query.execute(), limit, toOrder);
  }
}

const toRow = ({ created_at, ...columns }: Order): OrderRow => ({
  ...columns,
  created_at_ms: Date.parse(created_at),
});

const toOrder = ({ created_at_ms, ...columns }: OrderRow): Order => ({
  ...columns,
  created_at: new Date(created_at_ms).toISOString(),
});
