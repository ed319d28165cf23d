// Orders in PostgreSQL, read through pg itself, TypeORM, Drizzle and Knex.
import { Controller, Get, Injectable, Module, Param, Post, Query } from '@nestjs/common';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import knexOf from 'knex';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, Repository } from 'typeorm';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { ObservabilityModule, currentTraceId } from '@lantern/observability';
import { required, serve } from './shop.js';

const url = required('DATABASE_URL');

@Entity('customers')
class Customer {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  @OneToMany(() => Order, (order) => order.customer)
  orders!: Promise<Order[]>;
}

@Entity('orders')
class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  product!: string;

  @ManyToOne(() => Customer, (customer) => customer.orders)
  customer!: Customer;
}

const customers = pgTable('customers', { id: integer('id').primaryKey(), name: text('name') });

@Controller('typeorm')
class TypeOrmController {
  constructor(
    @InjectRepository(Customer) private readonly customers: Repository<Customer>,
    @InjectRepository(Order) private readonly orders: Repository<Order>,
  ) {}

  @Post('customers')
  async add() {
    const customer = await this.customers.save({ name: 'Ada' });
    await this.orders.save({ product: 'lamp', customer });
    return customer;
  }

  /** Reads the orders of each customer by a query of its own: N+1. */
  @Get('customers')
  async list() {
    const all = await this.customers.find({ order: { id: 'ASC' }, take: 8 });
    const counts = [];
    for (const customer of all) counts.push({ name: customer.name, orders: (await customer.orders).length });
    return counts;
  }
}

const pool = new pg.Pool({ connectionString: url, max: 2 });

const unreachable = new pg.Pool({ host: '127.0.0.1', port: 1, database: 'shop' });

const withCallback = (sql: string, values: unknown[]): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    pool.query(sql, values, (error: Error | undefined) =>
      error ? reject(error) : resolve(currentTraceId()),
    );
  });

@Injectable()
class Connections {
  readonly knex = knexOf({ client: 'pg', connection: url, pool: { min: 0, max: 2 } });
  readonly drizzle = drizzle({ client: pool });

  async onModuleDestroy(): Promise<void> {
    await this.knex.destroy();
    await pool.end();
  }
}

@Controller()
class OtherController {
  constructor(private readonly connections: Connections) {}

  @Get('pg/:name')
  async plain(@Param('name') name: string) {
    const { rows } = await pool.query('SELECT * FROM customers WHERE name = $1', [name]);
    return rows.length;
  }

  @Get('callback')
  async callback() {
    return { before: currentTraceId(), inside: await withCallback('SELECT pg_sleep($1)', [0.01]) };
  }

  @Get('cursor')
  async cursor() {
    const client = await pool.connect();
    try {
      const cursor = client.query(new Cursor('SELECT * FROM customers'));
      const rows = await cursor.read(1);
      await cursor.close();
      return rows.length;
    } finally {
      client.release();
    }
  }

  @Get('failure')
  async failure(@Query('table') table: string) {
    await pool.query(`SELECT * FROM "${table}" WHERE password = 'top secret'`);
  }

  @Get('refused')
  async refused() {
    await unreachable.query('SELECT 1');
  }

  @Get('wait')
  async wait() {
    await Promise.all([1, 2, 3].map((each) => pool.query('SELECT pg_sleep($1)', [0.05 * each])));
    return 'waited';
  }

  @Post('transaction')
  async transaction() {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO customers (name) VALUES ($1)', ['Eve']);
      await client.query('ROLLBACK');
    } finally {
      client.release();
    }
  }

  @Get('drizzle/:id')
  async drizzle(@Param('id') id: string) {
    return this.connections.drizzle
      .select()
      .from(customers)
      .where(eq(customers.id, Number(id)));
  }

  @Get('knex/:id')
  async knex(@Param('id') id: string) {
    return this.connections.knex('customers').where({ id }).select('name');
  }
}

@Module({
  imports: [
    ObservabilityModule.forRoot(),
    TypeOrmModule.forRoot({ type: 'postgres', url, entities: [Customer, Order], synchronize: true }),
    TypeOrmModule.forFeature([Customer, Order]),
  ],
  controllers: [TypeOrmController, OtherController],
  providers: [Connections],
})
class ShopModule {}

await serve(ShopModule);
