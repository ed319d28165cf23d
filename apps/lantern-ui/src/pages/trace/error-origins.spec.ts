import { buildTraceTree, spansOf, StatusCode } from '@lantern/telemetry-model';
import { attributes, drawSpan, orderTrace, span } from '@lantern/telemetry-model/testing';
import { describe, expect, it } from '@jest/globals';
import { errorMessageOf, errorOrigins } from './error-origins.js';

describe('errorOrigins', () => {
  it('names the span at which the shop’s failed order began to fail, and why', () => {
    const tree = buildTraceTree(spansOf(orderTrace({ failed: true }).resourceSpans));
    expect(errorOrigins(tree).map(({ node, message }) => [node.service, node.span.name, message])).toEqual([
      ['order-service', 'calculate_total', 'Payment gateway timeout: Unable to reach provider'],
    ]);
  });

  it('names each of several, the one that failed first at the top', () => {
    const tree = buildTraceTree(
      [
        { id: 'root', start: 1, end: 10, error: true },
        { id: 'slow', parent: 'root', start: 2, end: 9, error: true },
        { id: 'fast', parent: 'root', start: 3, end: 4, error: true },
      ].map(drawSpan),
    );
    expect(errorOrigins(tree).map(({ node }) => node.span.spanId)).toEqual(['fast', 'slow']);
  });

  it('names none in a trace without errors', () => {
    expect(errorOrigins(buildTraceTree(spansOf(orderTrace().resourceSpans)))).toEqual([]);
  });
});

describe('errorMessageOf', () => {
  const failed = { code: StatusCode.error, message: '' };
  const exception = (values: Record<string, string>) => ({
    timeUnixNano: 1n,
    name: 'exception',
    attributes: attributes(values),
    droppedAttributesCount: 0,
  });

  it('falls back to the last exception, its message before its type', () => {
    const events = [
      exception({ 'exception.message': 'first' }),
      exception({ 'exception.type': 'E', 'exception.message': 'last' }),
    ];
    expect(errorMessageOf({ span: span({ status: failed, events }) })).toBe('last');
    const typed = [exception({ 'exception.type': 'TypeError' })];
    expect(errorMessageOf({ span: span({ status: failed, events: typed }) })).toBe('TypeError');
  });

  it('falls back to the HTTP status of a call that was refused', () => {
    const refused = span({ status: failed, attributes: attributes({ 'http.response.status_code': 422n }) });
    expect(errorMessageOf({ span: refused })).toBe('HTTP status 422');
  });

  it('is empty when the sender said nothing', () => {
    expect(errorMessageOf({ span: span({ status: failed }) })).toBe('');
  });
});
