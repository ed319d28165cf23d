import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTelemetry } from '../testing/index.js';
import { SpanDelivery } from './span-delivery.js';
import { Tracer } from './tracer.js';

const telemetry = startTestTelemetry();
let working: boolean;
let reports: string[];
let delivery: SpanDelivery;

beforeEach(() => {
  working = true;
  reports = [];
  delivery = new SpanDelivery(
    {
      export: (_spans, done) =>
        done(
          working
            ? { code: ExportResultCode.SUCCESS }
            : { code: ExportResultCode.FAILED, error: new Error('connect ECONNREFUSED') },
        ),
      shutdown: async () => undefined,
    },
    'http://localhost:4318',
    (level, message) => reports.push(`${level}: ${message}`),
  );
});

const send = (count: number): void => {
  telemetry.reset();
  for (let at = 0; at < count; at++) {
    new Tracer().withSpan('work', () => undefined);
    delivery.expect();
  }
  delivery.export(telemetry.spans() as ReadableSpan[], () => undefined);
};

describe('the delivery of spans', () => {
  it('is silent while it works', () => {
    send(3);
    expect(reports).toEqual([]);
    expect(delivery.undelivered).toBe(0);
  });

  it('says once that it fails and once, with the loss, that it works again', () => {
    working = false;
    send(3);
    send(2);
    working = true;
    send(1);
    send(1);
    expect(reports).toEqual([
      'warn: Spans cannot be sent to http://localhost:4318 (connect ECONNREFUSED); the service runs on, spans are ' +
        'dropped until it answers',
      'info: Spans reach http://localhost:4318 again; 5 were lost meanwhile',
    ]);
  });

  it('adds those for which there was no room', () => {
    working = false;
    send(1);
    for (let at = 0; at < 4; at++) delivery.drop();
    working = true;
    send(1);
    expect(reports.at(-1)).toBe('info: Spans reach http://localhost:4318 again; 5 were lost meanwhile');
    expect(delivery.undelivered).toBe(0);
  });

  it('says, once a minute, how many there was no room for although it works', () => {
    for (let burst = 0; burst < 3; burst++) {
      for (let at = 0; at < 4; at++) delivery.drop();
      send(1);
    }
    const told = 'spans were dropped: they end faster than they are sent to http://localhost:4318';
    expect(reports).toEqual([`warn: 4 ${told}`]);
    delivery.conclude();
    delivery.conclude();
    expect(reports).toEqual([`warn: 4 ${told}`, `warn: 8 ${told}`]);
  });

  it('says in the end what was lost and not told', () => {
    working = false;
    send(3);
    delivery.conclude();
    expect(reports.at(-1)).toBe('warn: 3 spans were lost while http://localhost:4318 was away');
  });
});
