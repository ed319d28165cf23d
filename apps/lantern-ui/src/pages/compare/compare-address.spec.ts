import type { TraceId } from '@lantern/telemetry-model';
import { describe, expect, it } from '@jest/globals';
import { comparePath, parseCompareAddress, type CompareAddress } from './compare-address.js';

const id = (digit: string) => digit.repeat(32) as TraceId;
const read = (path: string): CompareAddress => {
  const { pathname, searchParams } = new URL(path, 'http://here');
  return parseCompareAddress(decodeURIComponent(pathname.slice('/trace/'.length)), searchParams);
};

describe('the address of a comparison', () => {
  it('the URL of a comparison is Jaeger’s', () => {
    expect(comparePath({ a: [id('a')], b: [id('b')] })).toBe(`/trace/${id('a')}...${id('b')}`);
    expect(
      read(`/trace/${id('a')}...${id('b')}?cohort=${id('a')}&cohort=${id('b')}&cohort=${id('c')}`),
    ).toEqual({
      a: [id('a')],
      b: [id('b')],
      cohort: [id('a'), id('b'), id('c')],
      isDifferent: false,
      order: 'tree',
    });
  });

  it.each<Partial<CompareAddress>>([
    { a: [id('a')], b: [] },
    { a: [], b: [id('b')] },
    { a: [id('a'), id('c')], b: [id('b')], cohort: [id('a'), id('b'), id('c')] },
    { a: [id('a')], b: [id('b')], isDifferent: true, order: 'difference' },
  ])('the URL of a comparison is parsed as it was formatted: %#', (address) => {
    expect(read(comparePath(address))).toMatchObject(address);
  });

  it('invalid and duplicate IDs in the URL of a comparison are ignored', () => {
    expect(read(`/trace/${id('a')},${id('a')},x...nothing`)).toMatchObject({ a: [id('a')], b: [] });
  });
});
