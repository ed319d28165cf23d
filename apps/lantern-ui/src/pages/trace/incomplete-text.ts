import { at, type SpanTable } from '@lantern/telemetry-model';
import { formatCounted } from '../../shared/format/count.js';

type Gaps = Pick<SpanTable, 'isOrphan' | 'missingParents' | 'brokenCycles' | 'length'>;

/** Describes in sentences what the trace lacks. Empty if nothing is known to be missing. */
export const incompleteText = ({ isOrphan, missingParents, brokenCycles, length }: Gaps): string => {
  const parts: string[] = [];
  if (missingParents.length > 0) {
    const orphans = isOrphan.reduce((count, flag) => count + flag, 0);
    const named = missingParents.slice(0, 2).join(', ') + (missingParents.length > 2 ? ', …' : '');
    parts.push(
      `Incomplete: ${formatCounted(missingParents.length, 'span was', 'spans were')} not received (${named}); ` +
        `${formatCounted(orphans, 'child is', 'children are')} shown as ${orphans === 1 ? 'a root' : 'roots'}.`,
    );
  }
  // Roots sort before orphans.
  if (length > 0 && at(isOrphan, 0) === 1)
    parts.push('The root span was not received: the start of the trace is unknown.');
  if (brokenCycles > 0) {
    parts.push(
      `${formatCounted(brokenCycles, 'cycle')} of spans that are each other’s parents ` +
        `${brokenCycles === 1 ? 'was' : 'were'} broken at the earliest span.`,
    );
  }
  return parts.join(' ');
};
