import { describe, expect, it } from '@jest/globals';
import {
  AttributeMap,
  NO_TRACE_ID,
  SpanKind,
  StatusCode,
  attributeValue,
  warningsOf,
  spansOf,
  type AnyValue,
  type Span,
  type Steps,
} from '@lantern/telemetry-model';
import { resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { MAX_VALUE_DEPTH } from '../../common/nesting.js';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import { formatTraceRequestJson } from './format-trace-request.js';
import { decodeTraceRequestSteps } from '../protobuf/decode-trace-request.js';
import { encodeTraceRequestSteps } from '../protobuf/encode-trace-request.js';
import {
  parseTraceRequestJson,
  parseTraceRequestJsonSteps,
  readTraceRequestJson,
} from './parse-trace-request.js';

/** Request of one span: two valid IDs, then the fields of `json`. */
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
  it('The JSON parser reads absent and null fields as defaults', () => {
    expect(parseTraceRequestJson('{}').resourceSpans).toEqual([]);
    expect(parseTraceRequestJson('{"resourceSpans":null}').resourceSpans).toEqual([]);
    expect(spanOf('"name":null,"kind":null,"attributes":null,"status":null')).toEqual(spanOf());
  });

  it('The JSON parser accepts parsed JSON', () => {
    const text = requestOfSpan('"name":"GET /"');
    expect(readTraceRequestJson(JSON.parse(text))).toEqual(parseTraceRequestJson(text));
  });

  it('The JSON parser ignores unknown fields', () => {
    expect(spanOf('"name":"GET /","fromALaterVersion":{"x":[1]}')).toEqual(spanOf('"name":"GET /"'));
  });

  it('The JSON parser accepts the field names of the .proto files', () => {
    const snake = `{"resource_spans":[{"scope_spans":[{"schema_url":"s","spans":[
      {"trace_id":"${traceId(1)}","span_id":"${spanId(1)}","parent_span_id":"${spanId(2)}","start_time_unix_nano":"5",
       "attributes":[{"key":"key","value":{"string_value":"x"}}]}]}]}]}`;
    const camel = `{"resourceSpans":[{"scopeSpans":[{"schemaUrl":"s","spans":[
      {"traceId":"${traceId(1)}","spanId":"${spanId(1)}","parentSpanId":"${spanId(2)}","startTimeUnixNano":"5",
       "attributes":[{"key":"key","value":{"stringValue":"x"}}]}]}]}]}`;
    expect(parseTraceRequestJson(snake)).toEqual(parseTraceRequestJson(camel));
  });

  it('The JSON parser accepts IDs in upper and lower case', () => {
    const id = 'ABCDEF00ABCDEF00';
    expect(spanOf(`"parentSpanId":"${id}"`).parentSpanId).toBe(id.toLowerCase());
  });

  it('The JSON parser accepts 64-bit integers as strings and as numbers, and keeps every digit', () => {
    expect(spanOf('"startTimeUnixNano":"1767225600123456789"').startUnixNano).toBe(
      1_767_225_600_123_456_789n,
    );
    expect(spanOf('"startTimeUnixNano":1767225600123456789').startUnixNano).toBe(1_767_225_600_123_456_789n);
    expect(valueOf('{"intValue":"-9223372036854775808"}')).toBe(-9_223_372_036_854_775_808n);
    expect(valueOf('{"intValue":-9223372036854775807}')).toBe(-9_223_372_036_854_775_807n);
    expect(valueOf('{"intValue":5}')).toBe(5n);
  });

  it('The JSON parser accepts enums as numbers and as names', () => {
    expect(spanOf('"kind":3').kind).toBe(SpanKind.client);
    expect(spanOf('"kind":"SPAN_KIND_CLIENT"').kind).toBe(SpanKind.client);
    expect(spanOf('"kind":99').kind).toBe(99);
    expect(spanOf('"status":{"code":"STATUS_CODE_ERROR"}').status.code).toBe(StatusCode.error);
  });

  it('The JSON parser keeps the type of every attribute value', () => {
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

  it('The JSON parser replaces a lone surrogate and counts the string', () => {
    const decoded = parseTraceRequestJson(requestOfSpan('"name":"a\\ud83db"'));
    expect([...spansOf(decoded.resourceSpans)][0]?.span.name).toBe('a\ufffdb');
    expect(decoded.invalidTexts).toBe(1);
  });

  it('The JSON parser rejects a span with invalid IDs and keeps the other spans', () => {
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

  describe('rejects, with an error that names the field,', () => {
    it.each([
      ['a body that is not JSON', '{"resourceSpans":[}', 'Malformed OTLP: the message is not JSON: '],
      ['an array for the request', '[]', 'Malformed OTLP: the message must be an object, but is an array'],
      [
        'an object for a list',
        '{"resourceSpans":{}}',
        'Malformed OTLP: resourceSpans must be an array, but is an object',
      ],
      [
        'a string for a message',
        '{"resourceSpans":["x"]}',
        'Malformed OTLP: resourceSpans[0] must be an object, but is "x"',
      ],
    ])('%s', (_sentence, text, message) => {
      expect(faultOf(text)).toContain(message);
    });
  });

  describe('leaves out a field that it cannot read, and says so in a warning of the span:', () => {
    it.each([
      ['a parent in base64', '"parentSpanId":"AAAAAAAAAAE="', 'parentSpanId must be hex digits, two a byte'],
      ['a number for a string', '"name":5', 'name must be a string, but is 5'],
      [
        'a string for a number',
        '"flags":"many"',
        'flags must be an integer from 0 to 4294967295, but is "many"',
      ],
      [
        'a negative count',
        '"droppedEventsCount":-1',
        'droppedEventsCount must be an integer from 0 to 4294967295, but is -1',
      ],
      [
        'a fraction for an integer',
        '"startTimeUnixNano":1.5',
        'startTimeUnixNano must be an integer from 0 to 18446744073709551615, but is 1.5',
      ],
      [
        'an unknown name of an enum',
        '"kind":"SERVER"',
        `kind must be one of OTLP's numbers, but is "SERVER"`,
      ],
      ['a string for a message', '"status":"ok"', 'status must be an object, but is "ok"'],
      ['an object for a list', '"events":{}', 'events must be an array, but is an object'],
      ['a null in a list', '"attributes":[null]', 'attributes must have objects, but has null'],
    ])('%s', (_sentence, field, fault) => {
      const left = spanOf(`"traceState":"kept",${field}`);
      expect(warningsOf(left)).toEqual([`field left out: ${fault}`]);
      const plain = spanOf('"traceState":"kept"');
      expect({ ...left, attributes: [] }).toEqual(plain);
    });

    it.each([
      ['a word for a boolean', '{"boolValue":"yes"}', 'boolValue must be true or false, but is "yes"', false],
      ['a word for a double', '{"doubleValue":"fast"}', 'doubleValue must be a number, but is "fast"', 0],
      [
        'bytes that are not base64',
        '{"bytesValue":"???"}',
        'bytesValue must be a string in base64',
        new Uint8Array(),
      ],
    ])('%s as the value of an attribute', (_sentence, value, fault, byDefault) => {
      const { attributes } = spanOf(`"attributes":[{"key":"key","value":${value}}]`);
      expect(attributeValue(attributes, 'key')).toEqual(byDefault);
      expect(warningsOf({ attributes })).toEqual([`field left out: attributes[0].value.${fault}`]);
    });

    it('The JSON parser keeps the other spans of the request, and names what it left out', () => {
      const spans = [
        `{"traceId":"${traceId(1)}","spanId":"${spanId(1)}","kind":"BOTH"}`,
        'null',
        `{"traceId":"AAECAwQFBgcICQoLDA0ODw==","spanId":"${spanId(2)}"}`,
        `{"traceId":"${traceId(1)}","spanId":"${spanId(3)}"}`,
      ];
      const decoded = parseTraceRequestJson(
        `{"resourceSpans":[{"resource":{"droppedAttributesCount":-5},"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`,
      );
      expect([...spansOf(decoded.resourceSpans)].map(({ span }) => span.spanId)).toEqual([
        spanId(1),
        spanId(3),
      ]);
      expect(decoded.rejected).toEqual({
        count: 2,
        reasons: ['spans must have objects, but has null', 'trace id is missing'],
      });
      expect(decoded.lostFields).toEqual({
        count: 3,
        texts: [
          'resourceSpans[0].resource.droppedAttributesCount must be an integer from 0 to 4294967295, but is -5',
          `resourceSpans[0].scopeSpans[0].spans[0].kind must be one of OTLP's numbers, but is "BOTH"`,
          'resourceSpans[0].scopeSpans[0].spans[2].traceId must be hex digits, two a byte',
        ],
      });
    });

    it('The JSON parser reads a time that is two halves of 32 bits', () => {
      const nanos = 1_767_225_600_123_456_789n;
      const low = Number(BigInt.asIntN(32, nanos));
      const high = Number(nanos >> 32n);
      const { startUnixNano, attributes } = spanOf(
        `"startTimeUnixNano":{"low":${low},"high":${high},"unsigned":true}`,
      );
      expect(startUnixNano).toBe(nanos);
      expect(warningsOf({ attributes })).toEqual([]);
    });

    it('The JSON parser counts the faults beyond the first eight', () => {
      const fields = Array.from({ length: 20 }, () => '{"key":"k","value":{"boolValue":1}}').join(',');
      const warnings = warningsOf(spanOf(`"attributes":[${fields}]`));
      expect(warnings).toHaveLength(9);
      expect(warnings.at(-1)).toBe('12 more fields left out');
    });

    it('The JSON parser leaves out values that are nested too deeply', () => {
      const nested = (depth: number): string =>
        '{"arrayValue":{"values":['.repeat(depth) + '{}' + ']}}'.repeat(depth);
      const warningsAt = (depth: number): string[] =>
        warningsOf(spanOf(`"attributes":[{"key":"k","value":${nested(depth)}}]`));
      expect(warningsAt(MAX_VALUE_DEPTH)).toEqual([]);
      expect(warningsAt(MAX_VALUE_DEPTH + 1).join()).toMatch(/arrayValue nests deeper than 64 levels/);
      expect(warningsAt(20_000).join()).toMatch(/arrayValue nests deeper than 64 levels/);
    });

    it('The JSON parser words a value of any length in a short warning', () => {
      expect(warningsOf(spanOf(`"kind":"${'x'.repeat(1_000_000)}"`)).join().length).toBeLessThan(200);
    });
  });

  it('The JSON parser accepts a request with any node replaced, or throws MalformedOtlpError', () => {
    /** Replaces the node of that number, in the order of `JSON.stringify`. */
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
    expect(refused).toBeGreaterThan(5);
  });
});

describe('Requests of very many spans', () => {
  const SPANS = 2_000;
  const groups = [
    resourceSpans('web', ...Array.from({ length: SPANS }, (_, n) => span({ spanId: spanId(n + 1) }))),
  ];
  const run = <Result>(steps: Steps<Result>): { readonly result: Result; readonly count: number } => {
    for (let count = 1; ; count++) {
      const { done, value } = steps.next();
      if (done === true) return { result: value, count };
    }
  };

  it('Requests in JSON and in protobuf are read and written in steps, so that other requests are answered', () => {
    const encoded = run(encodeTraceRequestSteps(groups));
    const decoded = run(decodeTraceRequestSteps(encoded.result));
    const parsed = run(parseTraceRequestJsonSteps(JSON.stringify(formatTraceRequestJson(groups))));
    expect(decoded.result.resourceSpans).toEqual(groups);
    expect(parsed.result.resourceSpans).toEqual(groups);
    for (const { count } of [encoded, decoded, parsed]) expect(count).toBeGreaterThan(SPANS / 150);
  });
});
