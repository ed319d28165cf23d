import { describe, expect, it } from '@jest/globals';
import { renderCard } from './card.js';

const urls = {
  gateway: 'http://127.0.0.1:8080',
  userService: 'http://127.0.0.1:8001',
  orderService: 'http://127.0.0.1:8002',
  jaeger: 'http://127.0.0.1:16686',
  otlp: 'http://127.0.0.1:4318',
  loki: 'http://127.0.0.1:3100',
  prometheus: 'http://127.0.0.1:9090',
};

describe('the card', () => {
  it('links to the trace of each order that was sent', () => {
    const card = renderCard({
      urls,
      orders: [{ product: 'fail_product', status: 504, traceId: 'abc' }],
      logDir: '/logs',
    });
    expect(card).toMatch(/fail_product, 504 +http:\/\/127\.0\.0\.1:16686\/trace\/abc/);
  });

  it('shows a request to try and fits on one screen, even without demo orders', () => {
    const card = renderCard({ urls, orders: [], logDir: '/logs' });
    expect(card).toContain('curl -X POST http://127.0.0.1:8080/orders');
    expect(card).not.toContain('Two orders');
    expect(card.split('\n').length).toBeLessThan(24);
  });
});
