import { describe, expect, it } from '@jest/globals';
import {
  AttributeMap,
  NO_TRACE_ID,
  SpanKind,
  StatusCode,
  attributeValue,
  spansOf,
  type AnyValue,
  type Span,
} from '@lantern/telemetry-model';
import { spanId, traceId } from '@lantern/telemetry-model/testing';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { MAX_VALUE_DEPTH } from '../../common/nesting.js';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { formatTraceRequestJson } from './format-trace-request.js';
import { parseTraceRequestJson, readTraceRequestJson } from './parse-trace-request.js';

/** A request of one span, whose fields are given as JSON text; the ids come first. */
const requestOfSpan = (fields = ''): string =>
  `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${traceId(1)}","spanId":"${spanId(1)}"${fields && `,${fields}`}}]}]}]}`;

const spanOf = (fields?: string): Span => {
  const [first] = spansOf(parseTraceRequestJson(requestOfSpan(fields)).resourceSpans);
  if (!first) throw new Error('The span was rejected.');
  return first.span;
};

const valueOf = (json: string): AnyValue | undefined =>
  attributeValue(spanOf(`"attributes":[{"key":"key","value":${json}}]`).attributes, 'key');

const faultOf = (text: string): string => {
  try {
    parseTraceRequestJson(text);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return (error as MalformedOtlpError).message;
  }
  return 'none';
};

describe('parsing a trace request from JSON', () => {
  it('reads absent and null fields as empty ones', () => {
    expect(parseTraceRequestJson('{}').resourceSpans).toEqual([]);
    expect(parseTraceRequestJson('{"resourceSpans":null}').resourceSpans).toEqual([]);
    expect(spanOf('"name":null,"kind":null,"attributes":null,"status":null')).toEqual(spanOf());
  });

  it('takes JSON that is parsed already', () => {
    const text = requestOfSpan('"name":"GET /"');
    expect(readTraceRequestJson(JSON.parse(text))).toEqual(parseTraceRequestJson(text));
  });

  it('ignores fields that it does not know', () => {
    expect(spanOf('"name":"GET /","fromALaterVersion":{"x":[1]}')).toEqual(spanOf('"name":"GET /"'));
  });

  it('takes the names of the .proto files too', () => {
    const snake = `{"resource_spans":[{"scope_spans":[{"schema_url":"s","spans":[
      {"trace_id":"${traceId(1)}","span_id":"${spanId(1)}","parent_span_id":"${spanId(2)}","start_time_unix_nano":"5",
       "attributes":[{"key":"key","value":{"string_value":"x"}}]}]}]}]}`;
    const camel = `{"resourceSpans":[{"scopeSpans":[{"schemaUrl":"s","spans":[
      {"traceId":"${traceId(1)}","spanId":"${spanId(1)}","parentSpanId":"${spanId(2)}","startTimeUnixNano":"5",
       "attributes":[{"key":"key","value":{"stringValue":"x"}}]}]}]}]}`;
    expect(parseTraceRequestJson(snake)).toEqual(parseTraceRequestJson(camel));
  });

  it('takes ids in either case', () => {
    const id = 'ABCDEF00ABCDEF00';
    expect(spanOf(`"parentSpanId":"${id}"`).parentSpanId).toBe(id.toLowerCase());
  });

  it('takes 64-bit integers as texts and as numbers, with every digit', () => {
    expect(spanOf('"startTimeUnixNano":"1767225600123456789"').startUnixNano).toBe(
      1_767_225_600_123_456_789n,
    );
    expect(spanOf('"startTimeUnixNano":1767225600123456789').startUnixNano).toBe(1_767_225_600_123_456_789n);
    expect(valueOf('{"intValue":"-9223372036854775808"}')).toBe(-9_223_372_036_854_775_808n);
    expect(valueOf('{"intValue":-9223372036854775807}')).toBe(-9_223_372_036_854_775_807n);
    expect(valueOf('{"intValue":5}')).toBe(5n);
  });

  it('takes enums as numbers and by name', () => {
    expect(spanOf('"kind":3').kind).toBe(SpanKind.client);
    expect(spanOf('"kind":"SPAN_KIND_CLIENT"').kind).toBe(SpanKind.client);
    expect(spanOf('"kind":99').kind).toBe(99);
    expect(spanOf('"status":{"code":"STATUS_CODE_ERROR"}').status.code).toBe(StatusCode.error);
  });

  it('tells apart every kind of value', () => {
    expect(valueOf('{"stringValue":""}')).toBe('');
    expect(valueOf('{"boolValue":false}')).toBe(false);
    expect(valueOf('{"intValue":0}')).toBe(0n);
    expect(valueOf('{"doubleValue":0}')).toBe(0);
    expect(valueOf('{"doubleValue":12345678901234567890}')).toBe(1.2345678901234567e19);
    expect(valueOf('{"doubleValue":"-0"}')).toBe(-0);
    expect(valueOf('{"doubleValue":"NaN"}')).toBeNaN();
    expect(valueOf('{"doubleValue":"-Infinity"}')).toBe(Number.NEGATIVE_INFINITY);
    expect(valueOf('{"bytesValue":"_-8="}')).toEqual(Uint8Array.of(0xff, 0xef));
    expect(valueOf('{"arrayValue":{"values":[{"intValue":1},{}]}}')).toEqual([1n, null]);
    expect(valueOf('{"kvlistValue":{}}')).toEqual(new AttributeMap([]));
    expect(valueOf('{}')).toBeNull();
    expect(valueOf('null')).toBeNull();
  });

  it('replaces half a surrogate pair and says so', () => {
    const decoded = parseTraceRequestJson(requestOfSpan('"name":"a\\ud83db"'));
    expect([...spansOf(decoded.resourceSpans)][0]?.span.name).toBe('a\ufffdb');
    expect(decoded.invalidTexts).toBe(1);
  });

  it('rejects a span whose ids are invalid, and keeps the others', () => {
    const good = `{"traceId":"${traceId(1)}","spanId":"${spanId(1)}"}`;
    const spans = [
      good,
      '{}',
      `{"traceId":"${NO_TRACE_ID}","spanId":"${spanId(1)}"}`,
      `{"traceId":"${traceId(1)}","spanId":"abcd"}`,
      `{"traceId":"${traceId(1)}","spanId":"${spanId(1)}","links":[{"spanId":"abcd"}]}`,
    ];
    const decoded = parseTraceRequestJson(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`,
    );
    expect([...spansOf(decoded.resourceSpans)]).toHaveLength(1);
    expect(decoded.rejected).toEqual({
      count: 4,
      reasons: [
        'trace id is missing',
        'trace id is all zero',
        'span id is not 8 bytes long',
        "link's span id is not 8 bytes long",
      ],
    });
  });

  describe('refuses, naming the field,', () => {
    const at = 'Malformed OTLP: resourceSpans[0].scopeSpans[0].spans[0]';

    it.each([
      ['what is not JSON', '{"resourceSpans":[}', 'Malformed OTLP: the message is not JSON: '],
      ['what is no object', '[]', 'Malformed OTLP: the message must be an object, but is an array'],
      [
        'an object for a list',
        '{"resourceSpans":{}}',
        'Malformed OTLP: resourceSpans must be an array, but is an object',
      ],
      [
        'a text for a message',
        '{"resourceSpans":["x"]}',
        'Malformed OTLP: resourceSpans[0] must be an object, but is "x"',
      ],
      [
        'an id in base64',
        requestOfSpan('"parentSpanId":"AAAAAAAAAAE="'),
        `${at}.parentSpanId must be hex digits, two a byte`,
      ],
      ['a number for a text', requestOfSpan('"name":5'), `${at}.name must be a string, but is 5`],
      [
        'a text for a number',
        requestOfSpan('"flags":"many"'),
        `${at}.flags must be an integer from 0 to 4294967295, but is "many"`,
      ],
      [
        'a negative count',
        requestOfSpan('"droppedEventsCount":-1'),
        `${at}.droppedEventsCount must be an integer from 0`,
      ],
      [
        'a fraction for an integer',
        requestOfSpan('"startTimeUnixNano":1.5'),
        `${at}.startTimeUnixNano must be an integer from 0 to 18446744073709551615, but is 1.5`,
      ],
      [
        'a name for an enum that has none such',
        requestOfSpan('"kind":"SERVER"'),
        `${at}.kind must be one of OTLP's numbers, but is "SERVER"`,
      ],
      [
        'a word for a boolean',
        requestOfSpan('"attributes":[{"key":"k","value":{"boolValue":"yes"}}]'),
        `${at}.attributes[0].value.boolValue must be true or false, but is "yes"`,
      ],
      [
        'a word for a double',
        requestOfSpan('"attributes":[{"key":"k","value":{"doubleValue":"fast"}}]'),
        `${at}.attributes[0].value.doubleValue must be a number, but is "fast"`,
      ],
      [
        'bytes that are no base64',
        requestOfSpan('"attributes":[{"key":"k","value":{"bytesValue":"???"}}]'),
        `${at}.attributes[0].value.bytesValue must be a string in base64`,
      ],
    ])('%s', (_sentence, text, message) => {
      expect(faultOf(text)).toContain(message);
    });

    it('values that nest too deep', () => {
      const nested = (depth: number): string =>
        '{"arrayValue":{"values":['.repeat(depth) + '{}' + ']}}'.repeat(depth);
      expect(() => valueOf(nested(MAX_VALUE_DEPTH))).not.toThrow();
      const tooDeep = (depth: number): string =>
        requestOfSpan(`"attributes":[{"key":"k","value":${nested(depth)}}]`);
      expect(faultOf(tooDeep(MAX_VALUE_DEPTH + 1))).toMatch(/arrayValue nests deeper than 64 levels/);
      expect(faultOf(tooDeep(20_000))).toMatch(/arrayValue nests deeper than 64 levels/);
    });

    it('in a message that stays short, whatever was sent', () => {
      expect(faultOf(requestOfSpan(`"kind":"${'x'.repeat(1_000_000)}"`)).length).toBeLessThan(200);
    });
  });

  it('reads or refuses requests in which anything stands where something else should, and never fails otherwise', () => {
    /** `json` with the node of that number, in the order in which `JSON.stringify` walks, replaced. */
    const replaced = (json: unknown, node: number, by: unknown): string => {
      let visited = 0;
      return JSON.stringify(json, (_key, value: unknown) => (visited++ === node ? by : value));
    };
    let refused = 0;
    fc.assert(
      fc.property(anyResourceSpans, fc.nat(120), fc.jsonValue(), (groups, node, value) => {
        if (faultOf(replaced(formatTraceRequestJson(groups), node, value)) !== 'none') refused++;
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(50);
  });
});
