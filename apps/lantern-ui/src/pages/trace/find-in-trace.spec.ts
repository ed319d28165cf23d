import { buildTraceTree, spansOf } from '@lantern/telemetry-model';
import { orderTrace } from '@lantern/telemetry-model/testing';
import { describe, expect, it } from '@jest/globals';
import { findInTrace } from './find-in-trace.js';

const tree = buildTraceTree(spansOf(orderTrace({ failed: true }).resourceSpans));
const found = (text: string) => findInTrace(tree, text).map(({ span }) => span.name);

describe('findInTrace', () => {
  it.each([
    ['calculate', ['calculate_total']],
    ['SELECT USERS', ['SELECT users']],
    ['user-service GET', ['GET /users/:id']],
    ['db.system.name=sqlite', ['SELECT users']],
    ['product=fail', ['calculate_total']],
    ['PaymentError', ['calculate_total']],
    ['000000000000000a', []],
    ['0000000000000008', ['SELECT users']],
    ['  ', []],
    ['nowhere to be found', []],
  ])('finds “%s”', (text, names) => {
    expect(found(text)).toEqual(names);
  });
});
