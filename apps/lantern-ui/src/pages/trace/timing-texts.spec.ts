import { describe, expect, it } from '@jest/globals';
import { drawTable } from '@lantern/telemetry-model/testing';
import { timingTexts } from './timing-texts.js';

const MS = 1_000_000;

describe('timingTexts', () => {
  it('timingTexts reports work after the end of the root span', () => {
    expect(
      timingTexts(
        drawTable(
          { id: 'post', start: MS, end: 121 * MS },
          { id: 'mail', parent: 'post', start: 100 * MS, end: 5_201 * MS },
        ),
      ),
    ).toEqual([
      'The root span ends at 120 ms; its work continues until 5.2 s. ' +
        'The critical path covers the time until the root span ends.',
    ]);
  });

  it('timingTexts reports no work after a root span that ends, as displayed, at the same time', () => {
    expect(
      timingTexts(
        drawTable(
          { id: 'post', start: 0, end: 3_020 * MS },
          { id: 'mail', parent: 'post', start: 100 * MS, end: 3_022 * MS },
        ),
      ),
    ).toEqual([]);
  });

  it('timingTexts reports clock skew if a span of another service starts before its caller', () => {
    expect(
      timingTexts(
        drawTable(
          { id: 'post', service: 'a', start: 100 * MS, end: 200 * MS },
          { id: 'get', service: 'b', parent: 'post', start: 65 * MS, end: 110 * MS },
          { id: 'select', service: 'b', parent: 'get', start: 66 * MS, end: 70 * MS },
        ),
      ),
    ).toEqual([
      'Clocks differ: 1 span starts before the calling span, by up to 35 ms. ' +
        'Times of different services cannot be compared exactly.',
    ]);
  });

  it('timingTexts reports nothing if spans are within their parents, or differences are below a millisecond', () => {
    expect(
      timingTexts(
        drawTable(
          { id: 'post', service: 'a', start: 10 * MS, end: 20 * MS },
          { id: 'get', service: 'b', parent: 'post', start: 10 * MS - 900, end: 20 * MS + 900 },
        ),
      ),
    ).toEqual([]);
    expect(timingTexts(drawTable())).toEqual([]);
  });
});
