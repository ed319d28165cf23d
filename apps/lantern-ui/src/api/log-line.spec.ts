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

  it('a JSON line is parsed, and kept as received', () => {
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

  it('fields that are specific to a line precede those that all lines of a trace share', () => {
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

  it('a line has the same key in every response, and equal lines have different keys', () => {
    const keysOf = (...messages: string[]) =>
      logLinesOf(answer({ stream: { service: 'a' }, values: messages.map((message) => ['1', message]) })).map(
        ({ key }) => key,
      );
    const [before, ...others] = keysOf('known', 'known', 'other');
    expect(keysOf('new', 'known')[1]).toBe(before);
    expect(new Set([before, ...others]).size).toBe(3);
  });

  it('a response whose labels include the metadata is parsed', () => {
    const [line] = logLinesOf(
      answer({ stream: { service: 'a', level: 'info', span_id: 'b7' }, values: [['1', 'plain words']] }),
    );
    expect(line).toMatchObject({ message: 'plain words', level: 'info', spanId: 'b7' });
  });

  it('lines of all streams are sorted by time', () => {
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

  describe('the time at which a line was written', () => {
    const MILLIS = 1_763_820_131_123_000_000n;
    const written = (time: bigint, line: object) =>
      logLinesOf(answer({ stream: { service: 'a' }, values: [[String(time), JSON.stringify(line)]] }))[0]
        ?.writtenUnixNano;

    it.each([
      ['2025-11-22T14:02:11.123456Z', 456_000n],
      ['2025-11-22T15:02:11.123456789+01:00', 456_789n],
      ['2025-11-22T14:02:11.123Z', 0n],
    ])('the time of a line has the microseconds of %s, which the timestamp lacks', (timestamp, nanos) => {
      expect(written(MILLIS, { timestamp })).toBe(MILLIS + nanos);
    });

    it.each([
      ['in another millisecond', '2025-11-22T14:02:11.124001Z'],
      ['in an earlier one', '2025-11-22T14:02:11.122999Z'],
      ['without a time zone', '2025-11-22T14:02:11.123456'],
      ['that is invalid', '2025-13-42T14:02:11.123456Z'],
      ['in another format', 'yesterday'],
    ])('the time of a line is Loki’s timestamp if the line contains a time %s', (_, timestamp) => {
      expect(written(MILLIS, { timestamp })).toBe(MILLIS);
    });

    it('the time of a line is Loki’s timestamp if that is finer than a millisecond', () => {
      expect(written(MILLIS + 5n, { timestamp: '2025-11-22T14:02:11.123456Z' })).toBe(MILLIS + 5n);
    });

    it('lines of one millisecond are sorted by the time that they contain', () => {
      const at = (micros: number) => [
        String(MILLIS),
        JSON.stringify({ timestamp: `2025-11-22T14:02:11.123${micros}Z`, message: String(micros) }),
      ];
      const lines = logLinesOf(
        answer({ stream: { service: 'a' }, values: [at(700), at(900)] }, { stream: {}, values: [at(800)] }),
      );
      expect(lines.map(({ message }) => message)).toEqual(['700', '800', '900']);
    });
  });

  it.each(['{broken', '{"a":', '[1]', ''])(
    'a line that is not a JSON object is shown unchanged: %s',
    (text) => {
      expect(logLinesOf(answer({ stream: { service: 'a' }, values: [['1', text]] }))).toMatchObject([
        { message: text, line: text },
      ]);
    },
  );

  it('a response without lines results in an empty list', () => {
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
  ])('levelOf maps %s to %s', (text, level) => {
    expect(levelOf(text)).toBe(level);
  });
});
