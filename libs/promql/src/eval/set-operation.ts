import type { SetOperator, VectorMatching } from '../syntax/ast.js';
import { ABSENT, isEmptyRow, mergeRows, type Matrix } from './matrix.js';
import type { QueryPace } from './query-pace.js';
import { matchSignature } from './vector-matching.js';

/** Applies `and`, `or` or `unless` to two vectors. Changes the rows in place. */
export const combineSets = async (
  operator: SetOperator,
  matching: VectorMatching,
  left: Matrix,
  right: Matrix,
  pace: QueryPace,
): Promise<Matrix> => {
  // `or` filters the right side by the left one, the others do it the other way round.
  const [filtered, filter] = operator === 'or' ? [right, left] : [left, right];
  const signatureOf = matchSignature(matching);
  const present = new Map<string, Uint8Array>();
  for (const { labels, kinds } of filter) {
    const signature = signatureOf(labels);
    let steps = present.get(signature);
    if (!steps) present.set(signature, (steps = new Uint8Array(kinds.length)));
    for (let step = 0; step < kinds.length; step++) if (kinds[step] !== ABSENT) steps[step] = 1;
    const wait = pace.spend(kinds.length);
    if (wait) await wait;
  }
  const keepsMatched = operator === 'and';
  const kept: Matrix = [];
  for (const row of filtered) {
    const steps = present.get(signatureOf(row.labels));
    const { kinds } = row;
    for (let step = 0; step < kinds.length; step++) {
      if ((steps?.[step] === 1) !== keepsMatched) kinds[step] = ABSENT;
    }
    if (!isEmptyRow(row)) kept.push(row);
    const wait = pace.spend(kinds.length);
    if (wait) await wait;
  }
  return operator === 'or' ? mergeRows([...left, ...kept]) : kept;
};
