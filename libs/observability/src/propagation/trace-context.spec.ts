import http from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, context, propagation, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import fc from 'fast-check';
import { type RunningServer, startServer } from '../../test/http-server.js';
import { startTestTelemetry } from '../testing/index.js';
import { readTraceState } from './trace-state.js';

/** The rules of https://www.w3.org/TR/trace-context/ as a service that is called, and calls, obeys them. */

const TRACE_ID = '12345678901234567890123456789012';
const CALLER_ID = 'e457b5a2e4d86bd1';
const VALID = `00-${TRACE_ID}-${CALLER_ID}-01`;

const telemetry = startTestTelemetry();
let front: RunningServer;
let back: RunningServer;
let received: http.IncomingHttpHeaders;

beforeAll(async () => {
  back = await startServer((request, response) => {
    received = request.headers;
    response.end();
  });
  front = await startServer((_request, response) => {
    void fetch(back.url).then(() => response.end());
  });
});
afterAll(() => Promise.all([front.close(), back.close()]));
beforeEach(() => telemetry.reset());

/** Sends the given headers, also repeated ones, and returns the headers that the service propagated. */
const sentOn = async (...headers: [string, string][]) => {
  await context.with(
    suppressTracing(context.active()),
    () =>
      new Promise<void>((resolve, reject) => {
        http
          .get(front.url, { headers: ['host', 'shop', ...headers.flat()] }, (response) =>
            response.resume().on('end', resolve),
          )
          .on('error', reject);
      }),
  );
  const [, version, trace, span, flags] =
    /^(00)-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(received.traceparent as string) ?? [];
  if (version === undefined) throw new Error(`malformed: ${String(received.traceparent)}`);
  return { traceId: trace, spanId: span, flags, tracestate: received.tracestate };
};

describe('a traceparent', () => {
  it.each([
    ['of version 00', VALID],
    ['with white space around it', ` ${VALID}\t`],
    ['of a version to come', VALID.replace(/^00/, 'cc')],
    ['of a version to come, with more behind it', `${VALID.replace(/^00/, 'cc')}-what-comes-then`],
  ])('The traceparent %s is continued by a new span', async (_which, traceparent) => {
    const sent = await sentOn(['traceparent', traceparent]);
    expect(sent.traceId).toBe(TRACE_ID);
    expect(sent.spanId).not.toBe(CALLER_ID);
    expect(sent.flags).toBe('01');
  });

  it('The traceparent header is found in any case', async () => {
    expect((await sentOn(['TraceParent', VALID])).traceId).toBe(TRACE_ID);
    expect((await sentOn(['trace-parent', VALID])).traceId).not.toBe(TRACE_ID);
  });

  it.each([
    ['none', undefined],
    ['the forbidden version', VALID.replace(/^00/, 'ff')],
    ['a version that is no number', VALID.replace(/^00/, '.0')],
    ['a version of three digits', `0${VALID}`],
    ['a version of one digit', VALID.slice(1)],
    ['more behind version 00', `${VALID}-more`],
    ['a dash behind version 00', `${VALID}-`],
    ['a trace id of zeros', VALID.replace(TRACE_ID, '0'.repeat(32))],
    ['a trace id in capitals', VALID.replace(TRACE_ID, 'A'.repeat(32))],
    ['a trace id with other characters', VALID.replace(TRACE_ID, `.${TRACE_ID.slice(1)}`)],
    ['a long trace id', VALID.replace(TRACE_ID, `${TRACE_ID}1`)],
    ['a short trace id', VALID.replace(TRACE_ID, TRACE_ID.slice(1))],
    ['a span id of zeros', VALID.replace(CALLER_ID, '0'.repeat(16))],
    ['a span id with other characters', VALID.replace(CALLER_ID, `.${CALLER_ID.slice(1)}`)],
    ['a long span id', VALID.replace(CALLER_ID, `${CALLER_ID}1`)],
    ['a short span id', VALID.replace(CALLER_ID, CALLER_ID.slice(1))],
    ['flags with other characters', VALID.replace(/01$/, '.0')],
    ['three digits of flags', `${VALID}1`],
    ['one digit of flags', VALID.slice(0, -1)],
    ['two of them', [VALID, VALID.replace(TRACE_ID, TRACE_ID.replace('1', '2'))]],
  ])('A malformed traceparent starts a new trace without the tracestate: %s', async (_why, traceparent) => {
    const all = traceparent === undefined ? [] : [traceparent].flat();
    const sent = await sentOn(...all.map((each): [string, string] => ['traceparent', each]), [
      'tracestate',
      'vendor=1',
    ]);
    expect(sent.traceId).not.toBe(TRACE_ID);
    expect(sent.tracestate).toBeUndefined();
  });

  it.each([
    ['00', '00'],
    ['01', '01'],
    ['02', '02'],
    ['03', '03'],
    // Unknown flags are not propagated.
    ['fc', '00'],
    ['ff', '03'],
  ])('A traceparent with the flags %s is propagated with %s', async (given, expected) => {
    expect((await sentOn(['traceparent', VALID.replace(/01$/, given)])).flags).toBe(expected);
  });

  it('A traceparent that occurs twice is ignored', () => {
    const extract = (traceparent: string[]) =>
      trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent }))?.traceId;
    expect(extract([VALID])).toBe(TRACE_ID);
    expect(extract([VALID, VALID])).toBeUndefined();
  });
});

describe('a tracestate', () => {
  const state = async (...values: string[]) =>
    (await sentOn(['traceparent', VALID], ...values.map((value): [string, string] => ['tracestate', value])))
      .tracestate;

  it.each([
    ['as it is', ['foo=1,bar=2'], 'foo=1,bar=2'],
    ['in the order of several headers', ['foo=1', 'bar=2', 'baz=3'], 'foo=1,bar=2,baz=3'],
    ['without white space around members', ['foo=1 \t , \t bar=2, \t baz=3'], 'foo=1,bar=2,baz=3'],
    ['without empty members', ['foo=1', '', ',bar=2,'], 'foo=1,bar=2'],
    ['not at all, where it has no members', ['', ' , '], undefined],
    ['once, where a key is repeated', ['foo=1,foo=2'], 'foo=1'],
    ['with all characters of a key', ['a-z_0*/@b=1'], 'a-z_0*/@b=1'],
    [
      'with all characters of a value',
      ['foo= !"#$%&\'()*+-./09:;<>?@AZ[\\]^_`az{|}~'],
      'foo= !"#$%&\'()*+-./09:;<>?@AZ[\\]^_`az{|}~',
    ],
  ])('A tracestate is propagated %s', async (_how, values, expected) =>
    expect(await state(...values)).toBe(expected),
  );

  it.each([
    ['foo', 'no value'],
    ['foo=', 'an empty value'],
    ['=1', 'no key'],
    ['foo =1', 'a space in a key'],
    ['FOO=1', 'capitals in a key'],
    ['foo.bar=1', 'a dot in a key'],
    ['@foo=1', 'a key that begins with an at sign'],
    ['foo=bar=baz', 'an equals sign in a value'],
    ['foo=1;bar=2', 'a semicolon between members'],
    [`${'z'.repeat(257)}=1`, 'a key of 257 characters'],
    [`foo=${'z'.repeat(257)}`, 'a value of 257 characters'],
  ])('A tracestate with the member %j is discarded, but its trace is kept: %s', async (member) => {
    const sent = await sentOn(['traceparent', VALID], ['tracestate', `first=1,${member}`]);
    expect([sent.traceId, sent.tracestate]).toEqual([TRACE_ID, undefined]);
  });

  it('A tracestate has up to 32 members, with keys and values of up to 256 characters', async () => {
    const members = Array.from({ length: 32 }, (_each, at) => `m${at}=1`);
    expect(await state(members.join(','))).toBe(members.join(','));
    expect(await state([...members, 'one=more'].join(','))).toBeUndefined();
    const long = `${'z'.repeat(256)}=${'y'.repeat(256)}`;
    expect(await state(long)).toBe(long);
  });

  it('A tracestate without a traceparent is discarded', async () => {
    expect((await sentOn(['tracestate', 'foo=1'])).tracestate).toBeUndefined();
  });

  it('Any tracestate is parsed as it was written', () => {
    const key = fc.stringMatching(/^[a-z0-9][a-z0-9_\-*/@]{0,20}$/);
    const value = fc.stringMatching(/^[!-+\--<>-~]{1,20}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, minLength: 1, maxLength: 32 }),
        (members) => {
          const header = members.map((member) => member.join('=')).join(',');
          expect(readTraceState(header)?.serialize()).toBe(header);
        },
      ),
    );
    fc.assert(
      fc.property(fc.string(), (header) => {
        // Every accepted header serializes to a header that is accepted.
        const sent = readTraceState(header)?.serialize();
        if (sent !== undefined) expect(readTraceState(sent)?.serialize()).toBe(sent);
      }),
    );
  });

  it('A changed member moves to the front of the tracestate, which never has more than 32', () => {
    const old = readTraceState('a=1,b=2');
    expect(old?.set('b', '3').serialize()).toBe('b=3,a=1');
    expect(old?.set('Bad', '3').serialize()).toBe('a=1,b=2');
    expect(old?.unset('a').serialize()).toBe('b=2');
    expect([old?.get('a'), old?.get('z')]).toEqual(['1', undefined]);
    const full = readTraceState(Array.from({ length: 32 }, (_each, at) => `m${at}=1`).join(','));
    expect(full?.set('new', '1').serialize().split(',')).toHaveLength(32);
  });
});
