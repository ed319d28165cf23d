import { type DiagLogger, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MetricServiceByKind } from './metric-service.js';

const warnings: string[] = [];
const nothing = (): void => undefined;
const logger: DiagLogger = {
  error: nothing,
  warn: (message) => void warnings.push(message),
  info: nothing,
  debug: nothing,
  verbose: nothing,
};

beforeEach(() => {
  warnings.length = 0;
  diag.setLogger(logger, { suppressOverrideMessage: true });
});
afterEach(() => diag.disable());

describe('two metrics of one name', () => {
  it('Two metrics with the same name and kind are one instrument', () => {
    const service = new MetricServiceByKind();
    expect(service.getCounter('orders.same')).toBe(service.getCounter('orders.same'));
    expect(warnings).toEqual([]);
  });

  it('Two metrics with the same name and different kinds both work, with a warning', () => {
    const service = new MetricServiceByKind();
    service.getCounter('orders', { prefix: 'shop' }).add(1);
    service.getHistogram('orders', { prefix: 'shop' }).record(1);
    service.getGauge('shop.orders').record(1);
    service.getHistogram('latency').record(1);
    service.getCounter('latency').add(1);
    service.getUpDownCounter('latency').add(-1);
    expect(warnings).toHaveLength(4);
    expect(warnings[0]).toMatch(/^The metric shop\.orders is there as another kind/);
  });
});
