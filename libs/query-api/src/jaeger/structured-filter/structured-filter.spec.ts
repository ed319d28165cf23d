import { describe, expect, it } from '@jest/globals';
import { SpanKind, StatusCode, type SpanInContext } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resource,
  scope,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import { StructuredFilterError } from './structured-filter-error.js';
import type { TraceDigest } from './trace-digest.js';
import { parseStructuredFilter } from './structured-filter.js';

type Json = Readonly<Record<string, unknown>>;

const attr = (key: string, level?: string): Json => ({
  attr: level === undefined ? { key } : { key, level },
});
const field = (level: string, name: string): Json => ({ field: { level, name } });
const scalar = (value: string, type?: string): Json => ({
  scalar: type === undefined ? { value } : { value, type },
});
const list = (values: readonly string[], type?: string): Json => ({
  list: type === undefined ? { values } : { values, type },
});
const nested = (level: string): Json => ({ nested: { level } });
const op = (name: string, ...args: readonly Json[]): Json => ({ op: name, args });
const call = (name: string, ...args: readonly Json[]): Json => ({ call: op(name, ...args) });

const event = (name: string, at: number, values: Record<string, string | bigint> = {}) => ({
  name,
  timeUnixNano: T0 + millis(at),
  attributes: attributes(values),
  droppedAttributesCount: 0,
});

const ORDER: SpanInContext = {
  span: span({
    traceId: traceId(0xa),
    spanId: spanId(0xb),
    name: 'POST /orders',
    kind: SpanKind.server,
    endUnixNano: T0 + millis(300),
    status: { code: StatusCode.error, message: 'Payment failed' },
    attributes: attributes({
      'http.response.status_code': 504n,
      size: '9',
      ratio: 0.5,
      cached: false,
      region: 'span-eu',
      tags: ['a', 'b'],
    }),
    events: [event('exception', 20, { type: 'timeout' }), event('retry', 1, { attempt: 2n })],
    links: [
      {
        traceId: traceId(0xc),
        spanId: spanId(0xd),
        traceState: '',
        attributes: attributes({ why: 'batch' }),
        droppedAttributesCount: 0,
        flags: 0,
      },
    ],
  }),
  scope: scope('http', '1.2'),
  resource: resource('order-service', { region: 'eu', 'host.name': 'one' }),
  resourceSchemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
  scopeSchemaUrl: '',
};

/** A trace of two services with a swallowed error and N+1 queries. */
const TRACE: TraceDigest = {
  spanCount: 12,
  serviceCount: 2,
  errorCount: 1,
  depth: 4,
  durationNano: millis(300),
  rootService: 'gateway',
  rootName: 'POST /orders',
  isIncomplete: false,
  origin: { service: 'payment', name: 'charge' },
  issues: ['swallowed-error', 'n-plus-one-queries'],
};

const traceMatches = (filter: Json): boolean | undefined =>
  parseStructuredFilter(JSON.stringify(filter)).trace?.matches(TRACE);

const matches = (filter: Json): boolean =>
  parseStructuredFilter(JSON.stringify(filter)).span?.(ORDER) ?? true;

describe('conditions on the whole trace', () => {
  const ofTrace = (name: string) => field('trace', name);

  it.each([
    [op('gt', ofTrace('spanCount'), scalar('11')), true],
    [op('gt', ofTrace('spanCount'), scalar('12')), false],
    [op('eq', ofTrace('serviceCount'), scalar('2')), true],
    [op('lt', ofTrace('depth'), scalar('4')), false],
    [op('gte', ofTrace('errorCount'), scalar('1')), true],
    [op('gt', ofTrace('duration'), scalar('250ms')), true],
    [op('eq', ofTrace('rootName'), scalar('POST /orders')), true],
    [op('regex', ofTrace('rootService'), scalar('gate')), true],
    [op('eq', ofTrace('originService'), scalar('payment')), true],
    [op('eq', ofTrace('originName'), scalar('refund')), false],
    [op('eq', ofTrace('incomplete'), scalar('true')), false],
    [op('eq', ofTrace('issue'), scalar('n+1')), true],
    [op('eq', ofTrace('issue'), scalar('n-plus-one-calls')), false],
    [op('ne', ofTrace('issue'), scalar('swallowed-error')), false],
    [op('not', call('eq', ofTrace('issue'), scalar('retry-storm'))), true],
    [
      op(
        'or',
        call('eq', ofTrace('incomplete'), scalar('true')),
        call('in', ofTrace('issue'), list(['clock-skew', 'n+1'])),
      ),
      true,
    ],
  ])('conditions on the trace hold, or not: %j', (filter, expected) => {
    expect(traceMatches(filter)).toBe(expected);
  });

  it('conditions on the trace are separated from conditions on one span, to which "and" joins them', () => {
    const failed = call('eq', field('span', 'status'), scalar('error'));
    const large = call('gt', ofTrace('spanCount'), scalar('5'));
    const filter = parseStructuredFilter(JSON.stringify(op('and', large, call('and', failed, large))));
    expect(filter.span?.(ORDER)).toBe(true);
    expect(filter.trace?.matches({ ...TRACE, spanCount: 5 })).toBe(false);
    expect(parseStructuredFilter(JSON.stringify(large.call)).span).toBeUndefined();
    expect(parseStructuredFilter(JSON.stringify(failed.call)).trace).toBeUndefined();
  });

  it('conditions on the trace need detections only if they name issues', () => {
    const needs = (name: string, value: string) =>
      parseStructuredFilter(JSON.stringify(op('eq', ofTrace(name), scalar(value)))).trace?.needsDetections;
    expect([needs('issue', 'n+1'), needs('depth', '3')]).toEqual([true, false]);
  });

  it.each([
    [
      op('or', call('gt', ofTrace('depth'), scalar('5')), call('exists', attr('a'))),
      'conditions on the trace and on a span are joined by "and" only',
    ],
    [op('eq', ofTrace('issue'), scalar('slow')), 'cannot compare trace.issue against "slow": not one of n+1'],
    [op('gt', ofTrace('incomplete'), scalar('true')), 'has no ordering for trace.incomplete'],
    [op('gt', ofTrace('spanCount'), scalar('many')), 'cannot compare trace.spanCount against "many"'],
    [op('exists', attr('a', 'trace')), 'unknown filter level "trace"'],
    [op('exists', ofTrace('name')), 'unknown built-in field "name" at the "trace" level'],
  ])('invalid conditions on the trace are rejected with the reason: %j', (filter, reason) => {
    expect(() => traceMatches(filter)).toThrow(reason);
  });
});

describe('the structured filter', () => {
  it.each([
    ['eq', op('eq', field('resource', 'service'), scalar('order-service')), true],
    ['eq, the constant first', op('eq', scalar('order-service'), field('resource', 'service')), true],
    ['gt, the constant first', op('gt', scalar('250ms'), field('span', 'duration')), false],
    ['gt', op('gt', field('span', 'duration'), scalar('250ms')), true],
    ['lte', op('lte', field('span', 'duration'), scalar('300ms')), true],
    ['lt', op('lt', field('span', 'duration'), scalar('300ms')), false],
    ['time', op('gte', field('span', 'startTime'), scalar('2026-01-01T00:00:00Z')), true],
    ['two fields', op('lt', field('span', 'startTime'), field('span', 'endTime')), true],
    ['kind', op('eq', field('span', 'kind'), scalar('server')), true],
    ['status', op('ne', field('span', 'status'), scalar('ok')), true],
    ['message', op('regex', field('span', 'statusMessage'), scalar('Pay.*failed')), true],
    ['regex is case-sensitive', op('regex', field('span', 'statusMessage'), scalar('payment')), false],
    ['ids', op('eq', field('span', 'spanID'), scalar('000000000000000b')), true],
    ['scope', op('eq', field('scope', 'version'), scalar('1.2')), true],
    ['schema', op('regex', field('resource', 'schemaURL'), scalar('1[.]37[.]0')), true],
    ['schema that is not named', op('exists', field('scope', 'schemaURL')), false],
    ['event', op('eq', field('event', 'name'), scalar('retry')), true],
    ['link', op('eq', field('link', 'traceID'), scalar(traceId(0xc))), true],
    ['list of durations', op('in', field('span', 'duration'), list(['1s', '300ms'])), true],
    ['list', op('in', attr('http.response.status_code'), list(['500', '504'], 'int')), true],
    ['not_in', op('not_in', attr('http.response.status_code'), list(['500', '504'], 'int')), false],
    [
      'the type of a list counts',
      op('in', attr('http.response.status_code'), list(['504'], 'string')),
      false,
    ],
    ['int', op('gte', attr('http.response.status_code', 'span'), scalar('500', 'int')), true],
    ['the type of a constant counts', op('eq', attr('size'), scalar('9', 'int')), false],
    ['any type', op('eq', attr('http.response.status_code'), scalar('504')), true],
    ['any type is a number against numbers', op('gt', attr('http.response.status_code'), scalar('9')), true],
    ['numbers as texts are numbers', op('lt', attr('size'), scalar('500')), true],
    ['double', op('lt', attr('ratio'), scalar('0.75', 'double')), true],
    ['bool', op('eq', attr('cached'), scalar('false', 'bool')), true],
    ['bool by any', op('eq', attr('cached'), scalar('false')), true],
    ['array by its text', op('eq', attr('tags'), scalar('["a","b"]')), true],
    ['text by its order', op('gt', field('span', 'name'), scalar('GET')), true],
    ['attribute of the resource', op('eq', attr('host.name'), scalar('one')), true],
    ['attribute at the wrong level', op('eq', attr('host.name', 'span'), scalar('one')), false],
    ['either of two values', op('eq', attr('region'), scalar('eu')), true],
    ['ne: none of two values', op('ne', attr('region'), scalar('eu')), false],
    ['ne at one level', op('ne', attr('region', 'span'), scalar('eu')), true],
    ['two attributes', op('ne', attr('region', 'span'), attr('region', 'resource')), true],
    ['exists', op('exists', attr('size')), true],
    ['exists not', op('exists', field('span', 'parentSpanID')), false],
    ['absent: eq', op('eq', attr('nothing'), scalar('')), false],
    ['absent: ne', op('ne', attr('nothing'), scalar('x')), false],
    ['absent: not_in', op('not_in', attr('nothing'), list(['x'], 'string')), false],
    ['absent: not(eq)', op('not', call('eq', attr('nothing'), scalar('x'))), true],
    ['and', op('and', call('exists', attr('size')), call('exists', attr('nothing'))), false],
    ['or', op('or', call('exists', attr('size')), call('exists', attr('nothing'))), true],
  ])('%s', (_case, filter, expected) => {
    expect(matches(filter)).toBe(expected);
  });

  it('of an event holds for one and the same event', () => {
    const isException = call('eq', field('event', 'name'), scalar('exception'));
    const isTwo = call('eq', attr('attempt', 'event'), scalar('2'));
    const isLate = call('gt', field('event', 'timeSinceStart'), scalar('10ms'));
    expect(matches(op('and', isException, isTwo))).toBe(true);
    expect(matches(op('some', nested('event'), call('and', isException, isTwo)))).toBe(false);
    expect(matches(op('some', nested('event'), call('and', isException, isLate)))).toBe(true);
    expect(matches(op('some', nested('link'), call('eq', attr('why', 'link'), scalar('batch'))))).toBe(true);
  });

  it('gives an index the values that every match has', () => {
    const service = call('eq', field('resource', 'service'), scalar('a'));
    const name = call('eq', scalar('b'), field('span', 'name'));
    const hints = (filter: Json) => {
      const { service: ofService, operation } = parseStructuredFilter(JSON.stringify(filter));
      return [ofService, operation];
    };
    expect(hints(op('and', call('exists', attr('x')), call('and', service, name)))).toEqual(['a', 'b']);
    expect(hints(op('or', service, name))).toEqual([undefined, undefined]);
    expect(hints(op('not', service))).toEqual([undefined, undefined]);
  });

  it.each([
    ['x', /^filter is no JSON: /],
    ['[]', 'must be an object'],
    [op('eq', attr('a')), 'operator "eq" takes 2 argument(s), got 1'],
    [op('and', call('exists', attr('a'))), 'operator "and" takes at least two arguments, got 1'],
    [op('matches'), 'unknown filter operator "matches"'],
    [{ op: 'not', args: [], x: 1 }, 'unknown field "x"'],
    [
      op('and', call('exists', attr('a')), call('eq', field('span', 'size'), scalar('1'))),
      'args[1].call.args[0].field: unknown built-in field "size" at the "span" level; ' +
        'name an attribute to match a tag of that name instead',
    ],
    [op('exists', field('span', 'schemaURL')), /unknown built-in field "schemaURL"/],
    [op('exists', attr('')), 'args[0].attr: attribute reference has no key'],
    [op('exists', attr('a', 'trace')), 'args[0].attr: unknown filter level "trace"'],
    [op('exists', { attr: { key: 'a' }, field: {} }), /args\[0\]: must hold exactly one of attr, field/],
    [op('exists', { attr: { key: 5 } }), 'args[0].attr: "key" must be a string'],
    [op('exists', scalar('a')), 'operator "exists" takes a reference, got a constant'],
    [op('not', attr('a')), 'operator "not" takes predicates as arguments, got an attribute reference'],
    [
      op('eq', scalar('1'), scalar('1')),
      'operator "eq" compares two constants, which says nothing about a span',
    ],
    [
      op('eq', attr('a'), nested('event')),
      'operator "eq" compares a reference or a constant, got a collection reference',
    ],
    [
      op('gt', field('span', 'duration'), scalar('soon')),
      'args[1].scalar: cannot compare span.duration against "soon": time: invalid duration "soon"',
    ],
    [
      op('gt', field('span', 'duration'), scalar('5', 'int')),
      'args[1].scalar: cannot compare span.duration against "5": the field holds a duration, not a value of type int',
    ],
    [
      op('eq', field('span', 'kind'), scalar('SERVER')),
      'args[1].scalar: cannot compare span.kind against "SERVER": ' +
        'not one of unspecified, internal, server, client, producer, consumer',
    ],
    [op('gt', field('span', 'status'), scalar('ok')), 'operator "gt" has no ordering for span.status'],
    [op('lt', attr('a'), scalar('true', 'bool')), 'operator "lt" has no ordering for a boolean constant'],
    [
      op('eq', field('span', 'duration'), field('span', 'name')),
      'operator "eq" compares span.duration against span.name, which hold different kinds of value',
    ],
    [op('in', attr('a'), list([], 'int')), 'operator "in" takes a list with at least one element'],
    [op('in', attr('a'), list(['1'])), /takes a list that declares its element type/],
    [
      op('in', attr('a'), list(['x'], 'int')),
      /cannot compare the attribute "a" against "x": strconv.ParseInt/,
    ],
    [op('in', attr('a'), scalar('x')), 'operator "in" takes a list as its second argument, got a constant'],
    [op('in', attr('a'), { list: { values: [1] } }), 'args[1].list: "values" must be an array of strings'],
    [
      op('regex', field('span', 'duration'), scalar('1')),
      'operator "regex" matches text, and span.duration holds a duration',
    ],
    [op('regex', attr('a'), scalar('(')), /^operator "regex" takes a pattern in RE2 syntax: /],
    [op('regex', attr('a'), scalar('^a')), /cannot anchor itself/],
    [op('regex', attr('a'), scalar('a$')), /cannot anchor itself/],
    [op('regex', attr('a'), scalar('a\\b')), /without word boundaries/],
    [op('regex', attr('a'), scalar('a+?')), /a quantifier cannot be lazy/],
    [op('regex', attr('a'), scalar('a{2,3}?')), /a quantifier cannot be lazy/],
    [op('regex', attr('a'), scalar('(?i)a')), /takes no flags/],
    [op('some', attr('a'), call('exists', attr('a'))), /takes a collection reference as its first argument/],
    [
      op('some', nested('span'), call('exists', attr('a'))),
      'args[0].nested: a collection is "event" or "link", not "span"',
    ],
    [
      op('some', nested('event'), call('some', nested('event'), call('exists', attr('a')))),
      'args[1].call: operator "some" is already quantifying over "event"',
    ],
    [op('eq', attr('a'), scalar('1', 'float')), 'args[1].scalar: unknown filter value type "float"'],
    [op('exists', attr('x'.repeat(20_000))), 'filter is longer than 16384 characters'],
  ])('refuses %j', (filter, message) => {
    const parse = () => parseStructuredFilter(typeof filter === 'string' ? filter : JSON.stringify(filter));
    expect(parse).toThrow(StructuredFilterError);
    expect(parse).toThrow(message);
  });

  it.each(['\\^a', '[$^]', '(?:a|b)', '(?P<x>a)', '\\Qa^$+?\\E', '[[:alpha:]^]', 'a\\?'])(
    'takes the pattern %s, where nothing is anchored, lazy or flagged',
    (pattern) => {
      expect(() => matches(op('regex', attr('a'), scalar(pattern)))).not.toThrow();
    },
  );

  it('may nest 20 deep, and no deeper', () => {
    const nestings = (depth: number): Json =>
      Array.from({ length: depth - 1 }).reduce<Json>(
        (inner) => op('not', { call: inner }),
        op('exists', attr('size')),
      );
    expect(matches(nestings(20))).toBe(false);
    expect(() => matches(nestings(21))).toThrow('filter nests calls more than 20 deep');
  });
});

describe('any filter', () => {
  const someReference = fc.constantFrom(
    attr('region'),
    attr('region', 'resource'),
    attr('http.response.status_code'),
    attr('nothing'),
    attr('attempt', 'event'),
    field('span', 'name'),
    field('event', 'name'),
  );
  const someValue = fc.constantFrom('eu', 'span-eu', '504', '9', 'retry', '');
  const someLeaf: fc.Arbitrary<Json> = fc.oneof(
    someReference.map((reference) => op('exists', reference)),
    fc
      .tuple(fc.constantFrom('eq', 'ne', 'gt', 'lt', 'gte', 'lte'), someReference, someValue)
      .map(([name, reference, value]) => op(name, reference, scalar(value))),
  );
  const { filter: someFilter } = fc.letrec<{ filter: Json }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      someLeaf,
      tie('filter').map((inner) => op('not', { call: inner })),
      fc
        .tuple(fc.constantFrom('and', 'or'), tie('filter'), tie('filter'))
        .map(([name, a, b]) => op(name, { call: a }, { call: b })),
    ),
  }));
  const not = (filter: Json): Json => op('not', { call: filter });

  it('holds or does not: its negation is the other', () => {
    fc.assert(fc.property(someFilter, (filter) => matches(not(filter)) === !matches(filter)));
  });

  it('obeys De Morgan', () => {
    fc.assert(
      fc.property(someFilter, someFilter, (a, b) => {
        const both = op('and', { call: a }, { call: b });
        return matches(not(both)) === matches(op('or', { call: not(a) }, { call: not(b) }));
      }),
    );
  });

  it('that compares needs the value to be there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('eq', 'ne', 'gt', 'lt', 'gte', 'lte'),
        someReference,
        someValue,
        (name, reference, value) =>
          !matches(op(name, reference, scalar(value))) || matches(op('exists', reference)),
      ),
    );
  });

  it('is one of a list where it equals one of its elements', () => {
    fc.assert(
      fc.property(someReference, fc.array(someValue, { minLength: 1 }), (reference, values) => {
        const anyOf = values.some((value) => matches(op('eq', reference, scalar(value, 'string'))));
        return matches(op('in', reference, list(values, 'string'))) === anyOf;
      }),
    );
  });

  it('of any JSON is read, or refused in words', () => {
    const word = fc.constantFrom(
      'op',
      'args',
      'call',
      'attr',
      'field',
      'scalar',
      'list',
      'nested',
      'key',
      'eq',
      'not',
      'event',
    );
    const anyJson = fc.jsonValue({ maxDepth: 6 });
    const likely = fc.dictionary(word, fc.oneof(anyJson, word, fc.array(fc.dictionary(word, anyJson))));
    fc.assert(
      fc.property(
        fc.oneof(
          anyJson,
          likely,
          likely.map((inner) => op('not', inner)),
        ),
        (value) => {
          try {
            parseStructuredFilter(JSON.stringify(value));
          } catch (error) {
            expect(error).toBeInstanceOf(StructuredFilterError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
