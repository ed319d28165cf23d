import type { SpanToSend } from './spans.js';

const SQL = 'postgresql';

const query = (
  text: string,
  startMillis: number,
  durationMillis: number,
  more: Partial<SpanToSend> = {},
): SpanToSend => ({
  service: 'catalog',
  name: text.split(' ', 1)[0] ?? 'query',
  kind: 'client',
  startMillis,
  durationMillis,
  ...more,
  attributes: { 'db.system.name': SQL, 'db.query.text': text, ...more.attributes },
});

const get = (
  service: string,
  host: string,
  path: string,
  startMillis: number,
  durationMillis: number,
  more: Partial<SpanToSend> = {},
): SpanToSend => ({
  service,
  name: 'GET',
  kind: 'client',
  startMillis,
  durationMillis,
  ...more,
  attributes: {
    'http.request.method': 'GET',
    'url.full': `http://${host}${path}`,
    'server.address': host,
    'http.response.status_code': more.failed === true ? 503 : 200,
    ...more.attributes,
  },
});

const request = (
  service: string,
  route: string,
  durationMillis: number,
  ...children: SpanToSend[]
): SpanToSend => ({
  service,
  name: `GET ${route}`,
  durationMillis,
  attributes: { 'http.request.method': 'GET', 'http.route': route, 'http.response.status_code': 200 },
  children,
});

const served = (
  call: SpanToSend,
  service: string,
  route: string,
  startMillis: number,
  durationMillis: number,
): SpanToSend => ({
  ...call,
  children: [{ ...request(service, route, durationMillis), startMillis }],
});

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** One trace for each kind of detection, with that fault. */
export const FAULTS: Readonly<Record<string, SpanToSend>> = {
  'n-plus-one-queries': request(
    'catalog',
    '/products',
    60,
    query('SELECT * FROM categories LIMIT 10', 2, 6),
    ...times(8, (i) => query(`SELECT * FROM products WHERE category_id = ${i + 1}`, 10 + i * 6, 5)),
  ),
  'n-plus-one-calls': request(
    'checkout',
    '/basket',
    90,
    ...times(7, (i) =>
      served(
        get('checkout', 'prices:8080', `/prices/${i + 11}`, 5 + i * 12, 10),
        'prices',
        '/prices/:id',
        7 + i * 12,
        6,
      ),
    ),
  ),
  'sequential-calls': request(
    'gateway',
    '/home',
    130,
    served(get('gateway', 'users:8080', '/me', 4, 38), 'users', '/me', 8, 30),
    served(get('gateway', 'offers:8080', '/offers', 44, 40), 'offers', '/offers', 48, 32),
    served(get('gateway', 'news:8080', '/news', 86, 40), 'news', '/news', 90, 32),
  ),
  'retry-storm': request(
    'orders',
    '/orders/:id',
    260,
    ...times(5, (i) => get('orders', 'stock:8080', '/stock/7', 5 + i * 50, 40, { failed: true })),
  ),
  'repeated-query': request(
    'accounts',
    '/me',
    60,
    ...times(4, (i) => query('SELECT * FROM users WHERE id = 42', 4 + i * 13, 11, { service: 'accounts' })),
  ),
  'slow-statement': request(
    'reports',
    '/revenue',
    480,
    query('SELECT sum(total) FROM orders WHERE day > 20260101', 20, 440, { service: 'reports' }),
  ),
  'large-payload': request(
    'gateway',
    '/export',
    300,
    get('gateway', 'catalog:8080', '/products', 10, 280, {
      attributes: { 'http.response.body.size': 6_400_000 },
    }),
  ),
  'resource-wait': request(
    'orders',
    '/orders',
    120,
    {
      service: 'orders',
      name: 'pg-pool.connect',
      kind: 'client',
      startMillis: 5,
      durationMillis: 85,
      attributes: { 'db.system.name': SQL },
    },
    query('SELECT * FROM orders WHERE id = 7', 91, 8, { service: 'orders' }),
  ),
  'broken-propagation': request(
    'gateway',
    '/orders',
    80,
    served(get('gateway', 'orders:8080', '/orders', 4, 30), 'orders', '/orders', 8, 22),
    get('gateway', 'orders:8080', '/orders/last', 38, 34),
  ),
  'incomplete-trace': request('gateway', '/cart', 70, {
    ...get('gateway', 'cart:8080', '/cart', 5, 60),
    isLost: true,
    children: [
      {
        ...request(
          'cart',
          '/cart',
          48,
          query('SELECT * FROM carts WHERE id = 3', 20, 25, { service: 'cart' }),
        ),
        startMillis: 11,
      },
    ],
  }),
  'clock-skew': request(
    'gateway',
    '/stock',
    60,
    served(get('gateway', 'stock:8080', '/stock', 5, 50), 'stock', '/stock', 32, 40),
  ),
  'work-after-answer': request('orders', '/confirm', 40, {
    service: 'orders',
    name: 'send_mail',
    kind: 'internal',
    startMillis: 30,
    durationMillis: 150,
  }),
  'swallowed-error': request(
    'shop',
    '/recommendations',
    70,
    get('shop', 'ads:8080', '/ads', 5, 30, { failed: true }),
    query('SELECT * FROM products ORDER BY sold LIMIT 5', 40, 12, { service: 'shop' }),
  ),
  'error-origin': {
    ...request('gateway', '/pay', 90, {
      ...get('gateway', 'payment:8080', '/charge', 5, 80, { failed: true }),
      children: [
        {
          ...request('payment', '/charge', 70, {
            service: 'payment',
            name: 'charge_card',
            kind: 'internal',
            startMillis: 20,
            durationMillis: 45,
            failed: true,
          }),
          startMillis: 10,
          failed: true,
        },
      ],
    }),
    failed: true,
  },
  'sensitive-attribute': {
    ...request('accounts', '/login', 20),
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/login',
      'user.password': 'correct-horse-battery',
    },
  },
  'sensitive-url': request(
    'shop',
    '/maps',
    60,
    get('shop', 'maps.example.com', '/tile?api_key=0f3a9b7c55', 5, 50),
  ),
  'unbounded-span-name': {
    service: 'accounts',
    name: 'GET /users/184467/orders',
    durationMillis: 25,
  },
};
