import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { jsonLine, prettyLine } from './log-line.js';
import type { LogRecord } from './log-record.js';

const record: LogRecord = {
  timestamp: '2026-11-22T10:22:11.123456Z',
  level: 'error',
  message: 'Payment processing failed',
  service: 'order-service',
  context: 'Payments',
  trace_id: '80f198ee56343ba864fe8b2a57d3eff7',
  span_id: 'e457b5a2e4d86bd1',
  correlation_id: 'order-42',
  product: 'laptop',
  reason: 'Payment gateway timeout',
  error: { name: 'Error', message: 'Payment gateway timeout' },
  stack: 'Error: Payment gateway timeout\n    at charge',
};

describe('a line of JSON', () => {
  it('A JSON log line is the record, in one line', () => {
    expect(JSON.parse(jsonLine(record))).toEqual(record);
    expect(jsonLine({ ...record, message: 'two\nlines' })).not.toContain('\n');
  });

  it('A JSON log line that is too long keeps its identifying fields', () => {
    const line = jsonLine({ ...record, dump: Array(100).fill('x'.repeat(2000)) });
    expect(line.length).toBeLessThan(65_536);
    const { dump, truncated, product, ...kept } = JSON.parse(line) as Record<string, unknown>;
    expect(dump ?? product).toBeUndefined();
    expect(truncated).toMatch(/^The line had 2\d{5} characters/);
    expect(kept).toMatchObject({ trace_id: record.trace_id, message: record.message, stack: record.stack });
  });

  it('A JSON log line stays within its limit even if its message is longer', () => {
    const long = 'y'.repeat(100_000);
    expect(jsonLine({ ...record, message: long, stack: long }).length).toBeLessThan(65_536);
  });
});

describe('a line for the eye', () => {
  it('A readable log line has time, level, context, message, fields and trace, with the stack below', () => {
    expect(stripVTControlCharacters(prettyLine(record))).toBe(
      '10:22:11.123 ERROR [Payments] Payment processing failed product=laptop reason="Payment gateway timeout" ' +
        'trace=80f198ee56343ba864fe8b2a57d3eff7\nError: Payment gateway timeout\n    at charge',
    );
  });

  it('A readable log line escapes control characters of its values', () => {
    const line = prettyLine({ ...record, message: 'a\u001b[2Jb\rc', product: '\u001b]0;title\u0007' });
    expect(stripVTControlCharacters(line)).toContain('a[2Jbc product=]0;title');
  });

  it('A readable log line omits absent parts', () => {
    const bare: LogRecord = {
      timestamp: record.timestamp,
      level: 'info',
      message: 'ready',
      service: 's',
      gone: undefined,
    };
    expect(stripVTControlCharacters(prettyLine(bare))).toBe('10:22:11.123 INFO  ready');
  });
});
