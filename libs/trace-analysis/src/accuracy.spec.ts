import { describe, expect, it } from '@jest/globals';
import { DETECTION_KINDS } from './detection.js';
import { measureAccuracy } from './testing/accuracy.js';
import { CORPUS } from './testing/corpus/corpus.js';

describe.each(CORPUS)('the $name half of the corpus', ({ name, cases, conventions }) => {
  const accuracy = measureAccuracy(cases, conventions);

  it.each(accuracy)(
    `$kind is detected with a precision of 0.95 and a recall of 0.9 (${name})`,
    (measured) => {
      expect(measured.found + measured.missed).toBeGreaterThanOrEqual(10);
      expect(measured).toMatchObject({
        precision: measured.precision >= 0.95 ? measured.precision : measured.mistakes,
        recall: measured.recall >= 0.9 ? measured.recall : measured.mistakes,
      });
    },
  );

  it(`the ${name} half has programs with and without faults for every kind`, () => {
    const expected = new Set(cases.flatMap((each) => each.expected));
    expect([...expected].sort()).toEqual(Object.keys(DETECTION_KINDS).sort());
    expect(cases.filter((each) => each.expected.length === 0).length).toBeGreaterThan(20);
  });
});
