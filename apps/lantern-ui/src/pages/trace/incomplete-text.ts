import { at, type SpanTable } from '@lantern/telemetry-model';
import { formatCounted } from '../../shared/format/count.js';

type Gaps = Pick<SpanTable, 'isOrphan' | 'missingParents' | 'brokenCycles' | 'length'>;

/** What the trace lacks, in sentences; empty when nothing shows to be missing. */
export const incompleteText = ({ isOrphan, missingParents, brokenCycles, length }: Gaps): string => {
  const parts: string[] = [];
  if (missingParents.length > 0) {
    const orphans = isOrphan.reduce((count, flag) => count + flag, 0);
    const named = missingParents.slice(0, 2).join(', ') + (missingParents.length > 2 ? ', …' : '');
    parts.push(
      `Incomplete: ${formatCounted(missingParents.length, 'span has', 'spans have')} not arrived (${named}); ` +
        `${formatCounted(orphans, 'child stands', 'children stand')} as ${orphans === 1 ? 'a root' : 'roots'}.`,
    );
  }
  // True roots come first.
  if (length > 0 && at(isOrphan, 0) === 1)
    parts.push('No root span has arrived: the time before is unknown.');
  if (brokenCycles > 0) {
    parts.push(
      `${formatCounted(brokenCycles, 'circle')} of spans that name each other as parents ` +
        `${brokenCycles === 1 ? 'was' : 'were'} opened at the earliest of them.`,
    );
  }
  return parts.join(' ');
};
