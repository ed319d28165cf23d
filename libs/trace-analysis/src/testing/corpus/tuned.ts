import { SpanKind } from '@lantern/telemetry-model';
import type { Here, Program, Work } from '../program.js';
import { faulty, innocent, type CorpusCase } from './corpus-case.js';

/** Programs of a shop, which the thresholds of the detectors were chosen with. */

const idle: Work = (here) => here.wait(1);

const repeat = (here: Here, times: number, work: (here: Here, i: number) => void): void => {
  for (let i = 0; i < times; i++) {
    work(here, i);
    here.wait(0.1);
  }
};

const productOf = (program: Program) => (here: Here) =>
  here.query('SELECT * FROM products WHERE id = $1', 3, { parameters: [program.id()] });

const order = (program: Program, work: Work): void =>
  program.request('api-gateway', 'POST', '/orders', (gateway) => {
    gateway.wait(1);
    gateway.call('order-service', 'POST', '/orders', (orders) => {
      orders.call('user-service', 'GET', '/users/12', (users) => {
        users.query('SELECT * FROM users WHERE id = $1', 2, { parameters: [12] });
      });
      work(orders);
      orders.query('INSERT INTO orders (user_id, total) VALUES ($1, $2)', 3, { parameters: [12, 99] });
    });
  });

const card = (program: Program): string => `4539 1488 0343 6467 ${program.id()}`.slice(0, 19);

export const TUNED: readonly CorpusCase[] = [
  // N+1 queries
  faulty('n-plus-one-queries', 'one query for each row of a list', (program) =>
    program.request('product-catalog', 'GET', '/orders', (here) => {
      here.query('SELECT * FROM orders WHERE user_id = $1', 3, { parameters: [1] });
      repeat(here, program.between(5, 40), productOf(program));
    }),
  ),
  faulty('n-plus-one-queries', 'two queries for each row, in turns, in transactions', (program) =>
    program.request('product-catalog', 'GET', '/carts/4', (here) => {
      repeat(here, program.between(6, 20), (inner) => {
        inner.span('pg.connect', idle, { attributes: { 'db.system': 'postgresql' } });
        inner.query('BEGIN', 0.3);
        inner.query('SELECT * FROM products WHERE id = $1', 3, { parameters: [program.id()] });
        inner.query('SELECT * FROM prices WHERE product_id = $1', 2, { parameters: [program.id()] });
        inner.query('COMMIT', 0.3);
      });
    }),
  ),
  faulty('n-plus-one-queries', 'one query in each resolver below an ORM', (program) =>
    program.request('product-catalog', 'POST', '/graphql', (here) => {
      repeat(here, program.between(8, 16), (outer) =>
        outer.span('prisma:client:operation', (operation) =>
          operation.span('prisma:engine:query', (engine) =>
            engine.query(
              'SELECT "public"."Product"."id" FROM "public"."Product" WHERE ("public"."Product"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3',
              2,
              { parameters: [program.id(), 1, 0] },
            ),
          ),
        ),
      );
    }),
  ),
  faulty('n-plus-one-queries', 'one key after another from Redis', (program) =>
    program.request('cart-service', 'GET', '/carts/9', (here) => {
      repeat(here, program.between(10, 30), (inner) =>
        inner.command('redis', `GET product:${program.id()}`, 1),
      );
    }),
  ),
  innocent('a fan-out of queries on purpose', (program) =>
    program.request('product-catalog', 'GET', '/orders', (here) => {
      here.all(...Array.from({ length: program.between(6, 20) }, () => productOf(program)));
    }),
  ),
  innocent('pages of a list by offset', (program) =>
    program.job('export-job', 'export products', (here) => {
      repeat(here, program.between(6, 20), (inner, i) => {
        inner.query('SELECT * FROM products ORDER BY id LIMIT $1 OFFSET $2', 20, {
          parameters: [500, i * 500],
          rows: 500,
        });
      });
    }),
  ),
  innocent('pages of a list by key', (program) =>
    program.job('export-job', 'export products', (here) => {
      repeat(here, program.between(6, 20), (inner, i) => {
        inner.query(`SELECT * FROM products WHERE id > ${i * 500} ORDER BY id LIMIT 500`, 20, { rows: 500 });
      });
    }),
  ),
  innocent('a batch job that writes row by row', (program) =>
    program.job('import-job', 'import prices', (here) => {
      repeat(here, program.between(20, 60), (inner) => {
        inner.query('UPDATE prices SET amount = $1 WHERE product_id = $2', 2, {
          parameters: [3, program.id()],
        });
      });
    }),
  ),
  innocent('a pool that warms up', (program) =>
    program.job('order-service', 'warm-up', (here) => {
      repeat(here, 10, (inner) => {
        inner.span('pg-pool.connect', (pool) => {
          pool.span('pg.connect', (connect) => connect.wait(12), {
            attributes: { 'db.system': 'postgresql' },
          });
        });
        inner.query('SELECT 1', 1);
      });
    }),
  ),
  innocent('four lists for a form', (program) =>
    program.request('order-service', 'GET', '/forms/new', (here) => {
      for (const table of ['countries', 'currencies', 'languages', 'titles']) {
        here.query(`SELECT * FROM ${table} WHERE tenant = $1`, 2, { parameters: [7] });
      }
      here.wait(60);
    }),
  ),
  innocent('a few reads of one table for one order', (program) =>
    order(program, (here) => repeat(here, 3, productOf(program))),
  ),

  // N+1 calls
  faulty('n-plus-one-calls', 'one call for each item of a cart', (program) =>
    program.request('cart-service', 'GET', '/carts/3', (here) => {
      here.query('SELECT * FROM items WHERE cart_id = $1', 2, { parameters: [3] });
      repeat(here, program.between(5, 25), (inner) => {
        inner.call('product-catalog', 'GET', `/products/${program.id()}`, productOf(program));
      });
    }),
  ),
  faulty('n-plus-one-calls', 'one call for each user to a service without spans', (program) =>
    program.request('report-service', 'GET', '/reports/3', (here) => {
      repeat(here, program.between(6, 15), (inner) => {
        inner.external('GET', `https://crm.example.com/v2/contacts/${program.id()}`, 25);
      });
    }),
  ),
  innocent('a fan-out of calls on purpose', (program) =>
    program.request('cart-service', 'GET', '/carts/3', (here) => {
      here.all(
        ...Array.from(
          { length: program.between(6, 15) },
          (): Work => (branch) =>
            branch.call('product-catalog', 'GET', `/products/${program.id()}`, productOf(program)),
        ),
      );
    }),
  ),
  innocent('pages of a remote list', (program) =>
    program.job('sync-job', 'sync contacts', (here) => {
      repeat(here, program.between(6, 15), (inner, i) => {
        inner.external('GET', `https://crm.example.com/v2/contacts?page=${i + 1}&size=200`, 80);
      });
    }),
  ),
  innocent('a poll until a report is ready', (program) =>
    program.job('report-service', 'wait for report', (here) => {
      repeat(here, program.between(6, 12), (inner) => {
        inner.external('GET', 'https://reports.example.com/v1/jobs/4711', 20);
        inner.wait(250);
      });
    }),
  ),
  innocent('parts of an upload', (program) =>
    program.request('file-service', 'POST', '/uploads', (here) => {
      repeat(here, program.between(6, 12), (inner, i) => {
        inner.external('PUT', `https://storage.example.com/bucket/video.bin?partNumber=${i + 1}`, 90);
      });
    }),
  ),

  // Sequential independent calls
  faulty('sequential-calls', 'three reads with the ID of the request', (program) => {
    const user = program.id();
    program.request('api-gateway', 'GET', `/profile/${user}`, (here) => {
      here.call('user-service', 'GET', `/users/${user}`, (there) => there.wait(40));
      here.call('order-service', 'GET', `/orders?user=${user}`, (there) => there.wait(60));
      here.call('offer-service', 'GET', '/offers', (there) => there.wait(50));
    });
  }),
  faulty('sequential-calls', 'two reads in methods of a controller', (program) => {
    const id = program.id();
    program.request('api-gateway', 'GET', `/products/${id}`, (here) => {
      here.span('loadProduct', (inner) =>
        inner.call('product-catalog', 'GET', `/products/${id}`, (there) => there.wait(35)),
      );
      here.span('loadReviews', (inner) =>
        inner.call('review-service', 'GET', `/reviews/${id}`, (there) => there.wait(45)),
      );
    });
  }),
  innocent('a chain in which each call uses what the last one returned', (program) =>
    program.request('api-gateway', 'GET', '/me', (here) => {
      here.call('session-service', 'GET', '/sessions/current', (there) => there.wait(30));
      here.call('user-service', 'GET', `/users/${program.id()}`, (there) => there.wait(40));
      here.call('order-service', 'GET', `/orders/${program.id()}`, (there) => there.wait(50));
    }),
  ),
  innocent('an authentication before the work', (program) => {
    const id = program.id();
    program.request('api-gateway', 'GET', `/products/${id}`, (here) => {
      here.call('auth-service', 'GET', '/auth/verify', (there) => there.wait(30));
      here.call('product-catalog', 'GET', `/products/${id}`, (there) => there.wait(40));
    });
  }),
  innocent('the same reads together', (program) => {
    const id = program.id();
    program.request('api-gateway', 'GET', `/profile/${id}`, (here) => {
      here.all(
        (branch) => branch.call('user-service', 'GET', `/users/${id}`, (there) => there.wait(40)),
        (branch) => branch.call('order-service', 'GET', `/orders?user=${id}`, (there) => there.wait(60)),
      );
    });
  }),
  innocent('a write between two reads', (program) => {
    const id = program.id();
    program.request('api-gateway', 'POST', `/products/${id}/buy`, (here) => {
      here.call('product-catalog', 'GET', `/products/${id}`, (there) => there.wait(40));
      here.call('order-service', 'POST', '/orders', (there) => there.wait(40));
      here.call('user-service', 'GET', `/points/${id}`, (there) => there.wait(30));
    });
  }),
  innocent('a short second read', (program) => {
    const id = program.id();
    program.request('api-gateway', 'GET', `/products/${id}`, (here) => {
      here.call('product-catalog', 'GET', `/products/${id}`, (there) => there.wait(90));
      here.call('price-service', 'GET', `/prices/${id}`, (there) => there.wait(4));
    });
  }),

  // Retry storms
  faulty(['retry-storm', 'error-origin'], 'six attempts in one layer', (program) =>
    program.request(
      'order-service',
      'POST',
      '/orders',
      (here) => {
        repeat(here, program.between(4, 8), (inner) => {
          inner.external('POST', 'https://payments.example.com/charges', 30, {
            fails: 'HTTP 503',
            status: 503,
          });
          inner.wait(20);
        });
      },
      { status: 500, fails: 'payment failed' },
    ),
  ),
  faulty('retry-storm', 'attempts that succeed in the end', (program) =>
    program.request('order-service', 'POST', '/orders', (here) => {
      repeat(here, program.between(3, 6), (inner) => {
        inner.external('POST', 'https://payments.example.com/charges', 30, { fails: 'connect ECONNRESET' });
      });
      here.external('POST', 'https://payments.example.com/charges', 30);
    }),
  ),
  faulty(['retry-storm', 'error-origin'], 'retries in two layers', (program) =>
    program.request(
      'api-gateway',
      'POST',
      '/orders',
      (gateway) => {
        repeat(gateway, 3, (inner) =>
          inner.call(
            'order-service',
            'POST',
            '/orders',
            (orders) => {
              repeat(orders, 3, (attempt) => {
                attempt.external('POST', 'https://payments.example.com/charges', 20, {
                  fails: 'HTTP 503',
                  status: 503,
                });
              });
            },
            { status: 502, fails: 'bad gateway' },
          ),
        );
      },
      { status: 502, fails: 'bad gateway' },
    ),
  ),
  innocent('one retry that helps', (program) =>
    order(program, (here) => {
      here.external('GET', 'https://rates.example.com/eur', 20, { fails: 'connect ECONNRESET' });
      here.external('GET', 'https://rates.example.com/eur', 20);
    }),
  ),
  faulty(['error-origin'], 'a fan-out in which all fail', (program) =>
    program.request(
      'cart-service',
      'GET',
      '/carts/3',
      (here) => {
        here.all(
          ...Array.from(
            { length: 6 },
            (): Work => (branch) =>
              branch.external('GET', `https://stock.example.com/items/${program.id()}`, 20, {
                fails: 'HTTP 503',
                status: 503,
              }),
          ),
        );
      },
      { status: 503, fails: 'stock is down' },
    ),
  ),

  // Repeated queries
  faulty('repeated-query', 'the settings in every step', (program) =>
    program.request('order-service', 'POST', '/orders', (here) => {
      repeat(here, program.between(2, 4), (inner) => {
        inner.span('step', (step) => {
          step.query("SELECT value FROM settings WHERE name = 'currency'", 6);
          step.wait(3);
        });
      });
    }),
  ),
  innocent('a row before and after its update', (program) =>
    program.request('user-service', 'PUT', '/users/7', (here) => {
      here.query('SELECT name FROM users WHERE id = 7', 5);
      here.query("UPDATE users SET name = 'Ann' WHERE id = 7", 5);
      here.query('SELECT name FROM users WHERE id = 7', 5);
    }),
  ),
  innocent('two rows of one table', (program) =>
    program.request('user-service', 'POST', '/friends', (here) => {
      here.query(`SELECT name FROM users WHERE id = ${program.id()}`, 5);
      here.query(`SELECT name FROM users WHERE id = ${program.id()}`, 5);
    }),
  ),

  // Slow statements
  faulty('slow-statement', 'a report without an index', (program) =>
    program.request('report-service', 'GET', '/reports/3', (here) => {
      here.query('SELECT count(*) FROM events WHERE payload LIKE $1', program.between(300, 2_000), {
        parameters: ['%x%'],
      });
      here.wait(5);
    }),
  ),
  innocent('a short request that is one query', (program) =>
    program.request('user-service', 'GET', '/users/7', (here) => {
      here.query('SELECT * FROM users WHERE id = $1', 4, { parameters: [7] });
    }),
  ),
  innocent('a slow computation with a query', (program) =>
    program.request('report-service', 'GET', '/reports/3', (here) => {
      here.query('SELECT * FROM reports WHERE id = $1', 90, { parameters: [7] });
      here.span('render', (inner) => inner.wait(400));
    }),
  ),

  // Large payloads
  faulty('large-payload', 'a list with all its items', (program) =>
    program.request('api-gateway', 'GET', '/products', (here) => {
      here.call('product-catalog', 'GET', '/products', (there) => there.wait(120), {
        attributes: { 'http.response.body.size': BigInt(program.between(2_000_000, 20_000_000)) },
      });
    }),
  ),
  innocent('a download of a file', (program) =>
    program.request('file-service', 'GET', '/files/manual', (here) => here.wait(120), {
      attributes: {
        'http.response.body.size': 24_000_000n,
        'http.response.header.content-type': ['application/pdf'],
      },
    }),
  ),
  innocent('a body of 80 kB', (program) =>
    program.request('file-service', 'GET', '/products', (here) => here.wait(120), {
      attributes: { 'http.response.body.size': 80_000n },
    }),
  ),

  // Waits
  faulty('resource-wait', 'a pool without free connections', (program) =>
    program.request('order-service', 'GET', '/orders/4', (here) => {
      here.span('pg-pool.connect', (inner) => inner.wait(program.between(60, 400)), {
        kind: SpanKind.client,
        attributes: { 'db.system': 'postgresql' },
      });
      here.query('SELECT * FROM orders WHERE id = $1', 4, { parameters: [4] });
    }),
  ),
  faulty('resource-wait', 'a row that another transaction holds', (program) =>
    program.request('stock-service', 'POST', '/reservations', (here) => {
      here.query('BEGIN', 0.5);
      here.query('SELECT * FROM stock WHERE id = $1 FOR UPDATE', program.between(80, 700), {
        parameters: [4],
      });
      here.query('UPDATE stock SET count = count - 1 WHERE id = $1', 3, { parameters: [4] });
      here.query('COMMIT', 2);
    }),
  ),
  innocent('a first connection', (program) =>
    program.request('order-service', 'GET', '/orders/4', (here) => {
      here.span('pg-pool.connect', (pool) => {
        pool.span('pg.connect', (inner) => inner.wait(30), { attributes: { 'db.system': 'postgresql' } });
      });
      here.query('SELECT * FROM orders WHERE id = $1', 14, { parameters: [4] });
    }),
  ),
  innocent('a queue of jobs that skips locked rows', (program) =>
    program.job('worker', 'take jobs', (here) => {
      here.query('SELECT * FROM jobs WHERE state = $1 LIMIT 10 FOR UPDATE SKIP LOCKED', 30, {
        parameters: ['new'],
      });
      here.span('work', (inner) => inner.wait(100));
    }),
  ),

  // Broken propagation
  faulty('broken-propagation', 'one client without instrumentation', (program) =>
    program.request('api-gateway', 'GET', '/dashboard', (here) => {
      here.call('user-service', 'GET', '/users/7', (there) => there.wait(10));
      here.span('render', (inner) => inner.wait(20));
      here.call('user-service', 'POST', '/events', idle, { isCut: true });
    }),
  ),
  innocent('a service outside', (program) =>
    program.request('api-gateway', 'POST', '/rates', (here) => {
      here.external('GET', 'https://rates.example.com/eur', 20);
      here.call('user-service', 'POST', '/events', idle);
    }),
  ),
  faulty(['swallowed-error'], 'a service that is down', (program) =>
    program.request('api-gateway', 'GET', '/dashboard', (here) => {
      here.call('user-service', 'POST', '/events', idle);
      here.external('GET', 'http://user-service:8080/users/7', 20, { fails: 'connect ECONNREFUSED' });
    }),
  ),

  // Incomplete traces
  faulty('incomplete-trace', 'a server span that was not exported', (program) =>
    program.request('api-gateway', 'GET', '/users/7', (here) => {
      here.call(
        'user-service',
        'GET',
        '/users/7',
        (there) => there.query('SELECT * FROM users WHERE id = $1', 8, { parameters: [7] }),
        {
          isServerLost: true,
        },
      );
    }),
  ),
  innocent('two roots of one trace', (program) => {
    program.request('api-gateway', 'GET', '/users/7', idle);
    program.job('worker', 'follow-up', idle);
  }),

  // Clock skew
  faulty('clock-skew', 'a clock that is slow', (program) =>
    program.request('api-gateway', 'GET', '/users/7', (here) => {
      here.wait(5);
      here.call('user-service', 'GET', '/users/7', (there) => there.wait(20), {
        clockAhead: -program.between(8, 300),
      });
    }),
  ),
  faulty('clock-skew', 'a clock that is fast', (program) =>
    program.request('api-gateway', 'GET', '/users/7', (here) => {
      here.wait(5);
      here.call('user-service', 'GET', '/users/7', (there) => there.wait(20), {
        clockAhead: program.between(8, 300),
      });
    }),
  ),
  innocent('a busy server that ends its span late, on the same host', (program) => {
    program.hostName = 'laptop';
    program.request('api-gateway', 'GET', '/users/7', (here) => {
      here.wait(5);
      here.call('user-service', 'GET', '/users/7', (there) => there.wait(20), {
        clockAhead: program.between(8, 30),
      });
    });
  }),
  faulty(['error-origin'], 'a client that gives up', (program) =>
    program.request(
      'api-gateway',
      'GET',
      '/users/7',
      (here) => {
        here.call('user-service', 'GET', '/users/7', (there) => there.wait(200), {
          timeout: 50,
          fails: 'timeout of 50 ms',
        });
      },
      { status: 504, fails: 'timeout' },
    ),
  ),

  // Work after the answer
  faulty('work-after-answer', 'a mail that nothing awaits', (program) =>
    program.request('order-service', 'POST', '/orders', (here) => {
      here.wait(20);
      here.later(
        (later) =>
          later.span('send mail', (inner) => inner.external('POST', 'https://mail.example.com/send', 120)),
        5,
      );
    }),
  ),
  innocent('a message for another service', (program) =>
    program.request('order-service', 'POST', '/orders', (here) => {
      here.wait(20);
      here.send(
        'orders',
        'mail-service',
        (there) => there.external('POST', 'https://mail.example.com/send', 120),
        5,
      );
    }),
  ),

  // Errors
  faulty('swallowed-error', 'a failed recommendation that nothing reports', (program) =>
    program.request('api-gateway', 'GET', '/products', (here) => {
      here.call('product-catalog', 'GET', '/products', idle);
      here.call('recommendation', 'GET', '/similar', idle, { status: 500, fails: 'model not loaded' });
    }),
  ),
  innocent('a look-up that finds nothing', (program) =>
    program.request('api-gateway', 'POST', '/users', (here) => {
      here.call('user-service', 'GET', '/users/7', idle, { status: 404, fails: 'HTTP 404' });
      here.call('user-service', 'POST', '/users', idle);
    }),
  ),
  faulty('error-origin', 'a payment that fails', (program) =>
    program.request(
      'api-gateway',
      'POST',
      '/orders',
      (gateway) => {
        gateway.call(
          'order-service',
          'POST',
          '/orders',
          (orders) => {
            orders.query('SELECT * FROM users WHERE id = $1', 2, { parameters: [3] });
            orders.span('charge', idle, { fails: 'card declined' });
          },
          { status: 500, fails: 'card declined' },
        );
      },
      { status: 500, fails: 'card declined' },
    ),
  ),

  // Sensitive data
  faulty('sensitive-attribute', 'an authorization header', (program) =>
    program.request('api-gateway', 'GET', '/users/7', idle, {
      attributes: { 'http.request.header.authorization': [`Bearer abc${program.id()}xyz`] },
    }),
  ),
  faulty('sensitive-attribute', 'the mail address of a user', (program) =>
    program.request('user-service', 'POST', '/users', (here) => {
      here.span('createUser', idle, { attributes: { 'user.contact': `ann${program.id()}@mail.shop.de` } });
    }),
  ),
  faulty('sensitive-attribute', 'a card in a statement', (program) =>
    program.request('payment', 'POST', '/cards', (here) => {
      here.query(`INSERT INTO cards (number) VALUES ('4539148803436467')`, 2);
    }),
  ),
  innocent('masked secrets and harmless names', (program) =>
    program.request('api-gateway', 'GET', '/users/7', idle, {
      attributes: {
        'http.request.header.authorization': ['[REDACTED]'],
        'http.request.header.cookie': '***',
        page_token: 'abcdefgh',
        'gen_ai.usage.input_tokens': 4_111n,
        'order.number': `${program.id()}000000000`,
        'git.remote': 'git@github.com:shop/orders.git',
        'trace.time': 1_767_225_600_000_000n,
        'password.reset': true,
        'card.hint': card(program).slice(-4),
      },
    }),
  ),
  faulty('sensitive-url', 'an API key in a query', (program) =>
    program.request('api-gateway', 'GET', '/weather', (here) => {
      here.external(
        'GET',
        `https://weather.example.com/today?city=Berlin&api_key=ab12cd34ef${program.id()}`,
        20,
      );
    }),
  ),
  innocent('a redacted URL with a page token', (program) =>
    program.request('api-gateway', 'GET', '/weather', (here) => {
      here.external('GET', 'https://weather.example.com/today?sig=REDACTED&page_token=abcdef', 20);
    }),
  ),

  // Span names
  faulty('unbounded-span-name', 'a path in place of a route', (program) =>
    program.request('api-gateway', 'GET', '/users/7', (here) => {
      here.call('user-service', 'GET', `/users/${program.id()}`, idle, {
        serverName: `GET /users/${program.id()}`,
        route: '',
      });
    }),
  ),
  faulty('unbounded-span-name', 'an order number in a name', (program) =>
    program.request('order-service', 'POST', '/orders', (here) => {
      here.span(`process order ${program.id()}`, idle);
    }),
  ),
  innocent('names with numbers that are part of them', (program) =>
    program.request('file-service', 'POST', '/v2/thumbnails', (here) => {
      here.span('s3.PutObject', idle);
      here.span('md5', idle);
      here.span('resize 200x200', idle);
      here.span('RFC 3339 to ISO 8601', idle);
      here.span('dial 50051', idle);
      here.span('step 1', idle);
      here.span('step 2', idle);
    }),
  ),

  // Ordinary requests
  innocent('an order', (program) => order(program, idle)),
  innocent('a read through a cache', (program) =>
    program.request('product-catalog', 'GET', '/products/4', (here) => {
      here.command('redis', 'GET product:4', 1);
      here.query('SELECT * FROM products WHERE id = $1', 4, { parameters: [4] });
      here.command('redis', 'SET product:4 ?', 1);
    }),
  ),
  innocent('a request without children', (program) =>
    program.request('api-gateway', 'GET', '/health/ready', idle),
  ),
];
