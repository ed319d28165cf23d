// Orders in MariaDB, through mysql2.
import { Controller, Get, Module, Param, Post } from '@nestjs/common';
import mysql from 'mysql2';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { ObservabilityModule, currentTraceId } from '@lantern/observability';
import { required, serve } from './shop.js';

const pool = mysql.createPool({ uri: required('DATABASE_URL'), connectionLimit: 2 });
const promises = pool.promise();
await promises.query(
  'CREATE TABLE IF NOT EXISTS orders (id INT PRIMARY KEY AUTO_INCREMENT, product VARCHAR(80))',
);

@Controller()
class OrdersController {
  @Get('orders/:product')
  async find(@Param('product') product: string) {
    await promises.query('SELECT * FROM orders WHERE product = ?', [product]);
    await promises.execute('SELECT id FROM orders WHERE product = ?', [product]);
  }

  @Get('callback')
  callback() {
    const before = currentTraceId();
    return new Promise((resolve, reject) => {
      pool.query('SELECT SLEEP(0.01)', (error: Error | null) =>
        error ? reject(error) : resolve({ before, inside: currentTraceId() }),
      );
    });
  }

  @Get('failure')
  async failure() {
    await promises.query("SELECT * FROM missing WHERE password = 'top secret'");
  }

  @Get('wait')
  async wait() {
    await Promise.all([1, 2, 3].map(() => promises.query('SELECT SLEEP(0.05)')));
  }

  @Post('transaction')
  async transaction() {
    const connection = await promises.getConnection();
    await connection.beginTransaction();
    await connection.query('INSERT INTO orders (product) VALUES (?)', ['lamp']);
    await connection.rollback();
    connection.release();
  }
}

@Module({ imports: [ObservabilityModule.forRoot()], controllers: [OrdersController] })
class OrdersModule {
  onModuleDestroy(): Promise<void> {
    return promises.end();
  }
}

await serve(OrdersModule);
