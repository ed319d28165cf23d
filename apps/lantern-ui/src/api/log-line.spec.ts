import { describe, expect, it } from '@jest/globals';
import { levelOf } from './log-level.js';
import { logLinesOf } from './log-line.js';

const answer = (...result: unknown[]) => ({ status: 'success', data: { resultType: 'streams', result } });

describe('logLinesOf', () => {
  const failure = JSON.stringify({
    level: 'error',
    message: 'Payment processing failed',
    reason: 'Payment gateway timeout: Unable to reach provider',
    quantity: 1,
    trace_id: 'of the line',
  });

  it('takes a line of JSON apart and keeps it as it was sent', () => {
    const [line] = logLinesOf(
      answer({
        stream: { service: 'order-service', level: 'error' },
        values: [
          [
            '1763820131123456789',
            failure,
            { structuredMetadata: { trace_id: 'of the metadata', span_id: 'b7' } },
          ],
        ],
      }),
    );
    expect(line).toMatchObject({
      timeUnixNano: 1763820131123456789n,
      service: 'order-service',
      level: 'error',
      message: 'Payment processing failed',
      spanId: 'b7',
      line: failure,
    });
    expect(Object.fromEntries(line?.fields ?? [])).toMatchObject({
      reason: 'Payment gateway timeout: Unable to reach provider',
      quantity: '1',
      trace_id: 'of the metadata',
    });
  });

  it('puts what is particular to a line before what all lines of a trace share', () => {
    const [line] = logLinesOf(
      answer({
        stream: { service: 'order-service', level: 'error' },
        values: [['1', failure, { structuredMetadata: { span_id: 'b7', correlation_id: 'c' } }]],
      }),
    );
    expect(line?.fields.map(([key]) => key)).toEqual([
      'reason',
      'quantity',
      'level',
      'trace_id',
      'span_id',
      'correlation_id',
      'service',
    ]);
  });

  it('reads an answer that folds the metadata into the labels', () => {
    const [line] = logLinesOf(
      answer({ stream: { service: 'a', level: 'info', span_id: 'b7' }, values: [['1', 'plain words']] }),
    );
    expect(line).toMatchObject({ message: 'plain words', level: 'info', spanId: 'b7' });
  });

  it('puts the lines of all streams in the order of time', () => {
    const lines = logLinesOf(
      answer(
        { stream: { service: 'a' }, values: [['3', 'third']] },
        {
          stream: { service: 'b' },
          values: [
            ['1', 'first'],
            ['2', 'second'],
          ],
        },
      ),
    );
    expect(lines.map(({ message }) => message)).toEqual(['first', 'second', 'third']);
    expect(new Set(lines.map(({ key }) => key)).size).toBe(3);
  });

  it.each(['{broken', '{"a":', '[1]', ''])('shows a line that is no JSON object as it is: %s', (text) => {
    expect(logLinesOf(answer({ stream: { service: 'a' }, values: [['1', text]] }))).toMatchObject([
      { message: text, line: text },
    ]);
  });

  it('is empty when Loki knows no line', () => {
    expect(logLinesOf(answer())).toEqual([]);
  });
});

describe('levelOf', () => {
  it.each([
    ['ERROR', 'error'],
    ['Warning', 'warn'],
    ['INFO2', 'info'],
    ['critical', 'fatal'],
    ['silly', 'trace'],
    ['constructor', 'unknown'],
    [undefined, 'unknown'],
  ])('%s is %s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  });
});
