import { at, formatCounted } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detector } from '../detector.js';

/** Finds traces that lack spans: parents that were not received. */
export const detectIncompleteTrace: Detector = (facts) => {
  const { isOrphan, missingParents, length } = facts.table;
  if (missingParents.length === 0) return [];
  const rows: number[] = [];
  for (let row = 0; row < length; row++) if (at(isOrphan, row) === 1) rows.push(row);
  const hasRoot = at(isOrphan, 0) === 0;
  const services = new Set(rows.map((row) => facts.service(row)));
  const named = [...services].slice(0, 3).map(codeText).join(', ');
  return [
    {
      kind: 'incomplete-trace',
      share: 0,
      rows,
      text:
        `${formatCounted(missingParents.length, 'parent span was', 'parent spans were')} not received` +
        `${hasRoot ? '' : ', the root span among them'}: ${formatCounted(rows.length, 'span')} of ${named} ` +
        `${rows.length === 1 ? 'has' : 'have'} no place in the tree.`,
    },
  ];
};
