import { describe, expect, it } from '@jest/globals';
import {
  AttributeMap,
  SpanKind,
  StatusCode,
  type AnyValue,
  type ResourceSpans,
  type Span,
} from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  resource,
  resourceSpans,
  scope,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import type { TraceStoreSubject } from './trace-store-subject.js';

/** Searches by attributes and by the reserved names. */
export const findsByAttributes = (subject: TraceStoreSubject): void => {
  describe('Search by attributes and reserved names', () => {
    describe('Search by attributes', () => {
      const withAttributes = (values: Readonly<Record<string, AnyValue>>): Partial<Span> => ({
        attributes: attributes(values),
      });

      it('Attributes of the span, its scope, its resource, its events and its links are searched', async () => {
        const a = attributes({ key: 'value' });
        const event = { timeUnixNano: T0, name: 'e', attributes: a, droppedAttributesCount: 0 };
        const link = {
          traceId: traceId(9),
          spanId: spanId(9),
          traceState: '',
          attributes: a,
          droppedAttributesCount: 0,
          flags: 0,
        };
        const inTrace = (n: number, fields: Partial<Span> = {}): Span =>
          span({ traceId: traceId(n), ...fields });
        const inScope: ResourceSpans = {
          ...resourceSpans('web'),
          scopeSpans: [{ scope: { ...scope(), attributes: a }, schemaUrl: '', spans: [inTrace(2)] }],
        };
        await subject.append(
          resourceSpans('web', inTrace(1, { attributes: a })),
          inScope,
          resourceSpans(resource('web', { key: 'value' }), inTrace(3)),
          resourceSpans('web', inTrace(4, { events: [event] }), inTrace(5, { links: [link] }), inTrace(6)),
        );
        expect(await subject.findIds({ attributes: { key: 'value' } })).toEqual([1, 2, 3, 4, 5]);
        expect(await subject.findIds({ attributes: { key: 'other' } })).toEqual([]);
        expect(await subject.findIds({ attributes: { 'resource.key': 'value' } })).toEqual([3]);
      });

      it('Conditions may match in different places of the same span', async () => {
        await subject.append(
          resourceSpans(resource('web', { host: 'box' }), span(withAttributes({ user: '1' }))),
        );
        expect(await subject.findIds({ attributes: { host: 'box', user: '1' } })).toEqual([1]);
        expect(await subject.findIds({ attributes: { host: 'box', user: '2' } })).toEqual([]);
      });

      it('Attributes of every type are found by the text of the value', async () => {
        const values: readonly AnyValue[] = [
          '200',
          200n,
          200,
          0.5,
          true,
          Uint8Array.of(1, 2),
          ['a', 1n],
          new AttributeMap(attributes({ b: 1n, a: 2n })),
          null,
        ];
        await subject.appendEach(...values.map((key) => withAttributes({ key })));
        const texts = ['200', '0.5', 'true', 'AQI=', '["a",1]', '{"a":2,"b":1}', ''];
        const found = await Promise.all(texts.map((key) => subject.findIds({ attributes: { key } })));
        expect(found).toEqual([[1, 2, 3], [4], [5], [6], [7], [8], [9]]);
      });

      it('Attributes with the names of JavaScript properties are found', async () => {
        await subject.appendEach(withAttributes({ constructor: 'x' }), withAttributes({ toString: 'x' }));
        expect(await subject.findIds({ attributes: { constructor: 'x' } })).toEqual([1]);
        expect(await subject.findIds({ attributes: { hasOwnProperty: 'x' } })).toEqual([]);
      });

      it('The first of repeated keys is searched', async () => {
        await subject.appendEach({
          attributes: [...attributes({ key: 'first' }), ...attributes({ key: 'second' })],
        });
        expect(await subject.findIds({ attributes: { key: 'first' } })).toEqual([1]);
        expect(await subject.findIds({ attributes: { key: 'second' } })).toEqual([]);
      });

      it('Attributes in any script are found', async () => {
        await subject.appendEach(withAttributes({ größe: '漢字 🦜' }));
        expect(await subject.findIds({ attributes: { größe: '漢字 🦜' } })).toEqual([1]);
        expect(await subject.findIds({ attributes: { größe: '漢字' } })).toEqual([]);
      });
    });

    it('Traces are found by the reserved names', async () => {
      const status = (code: StatusCode): Partial<Span> => ({ status: { code, message: '' } });
      await subject.appendEach(
        { ...status(StatusCode.error), kind: SpanKind.client },
        { ...status(StatusCode.ok), kind: SpanKind.server },
        { ...status(StatusCode.unset), kind: SpanKind.unspecified },
      );
      const found = async (name: string, text: string): Promise<number[]> =>
        subject.findIds({ attributes: { [name]: text } });
      expect(await found('error', 'true')).toEqual([1]);
      expect(await found('error', 'false')).toEqual([2, 3]);
      expect(await found('error', 'maybe')).toEqual([]);
      expect(await found('span.status', 'ERROR')).toEqual([1]);
      expect(await found('span.status', 'OK')).toEqual([2]);
      expect(await found('span.status', 'UNSET')).toEqual([3]);
      expect(await found('span.kind', 'client')).toEqual([1]);
      expect(await found('span.kind', 'server')).toEqual([2]);
      expect(await found('span.kind', 'producer')).toEqual([]);
    });

    it('Reserved names are searched in any case, and other values as in Jaeger', async () => {
      const status = (code: StatusCode): Partial<Span> => ({ status: { code, message: '' } });
      await subject.appendEach(
        { ...status(StatusCode.error), kind: SpanKind.client },
        { ...status(StatusCode.ok), kind: SpanKind.server },
        { ...status(StatusCode.unset), kind: SpanKind.unspecified },
      );
      const found = async (name: string, text: string): Promise<number[]> =>
        subject.findIds({ attributes: { [name]: text } });
      expect(await found('error', 'TRUE')).toEqual([1]);
      expect(await found('error', '1')).toEqual([1]);
      expect(await found('error', 'False')).toEqual([2, 3]);
      expect(await found('error', 'tRUE')).toEqual([]);
      expect(await found('span.status', 'error')).toEqual([1]);
      expect(await found('span.status', 'Ok')).toEqual([2]);
      expect(await found('span.status', 'failed')).toEqual([3]);
      expect(await found('span.kind', 'SERVER')).toEqual([2]);
      expect(await found('span.kind', 'Client')).toEqual([1]);
      expect(await found('span.kind', 'rpc')).toEqual([3]);
      expect(await found('span.kind', '')).toEqual([3]);
    });

    it('Traces are found by the name and version of a scope', async () => {
      const inScope = (n: number, name: string, version: string): ResourceSpans => ({
        ...resourceSpans('web'),
        scopeSpans: [{ scope: scope(name, version), schemaUrl: '', spans: [span({ traceId: traceId(n) })] }],
      });
      await subject.append(inScope(1, 'http', '1'), inScope(2, 'http', '2'), inScope(3, 'kysely', '1'));
      expect(await subject.findIds({ attributes: { 'scope.name': 'http' } })).toEqual([1, 2]);
      expect(await subject.findIds({ attributes: { 'scope.name': 'http', 'scope.version': '2' } })).toEqual([
        2,
      ]);
    });
  });
};
