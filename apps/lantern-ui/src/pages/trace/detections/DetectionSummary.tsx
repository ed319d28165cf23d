import { IconBulb } from '@tabler/icons-react';
import type { NamedDetection } from '../../../api/trace/trace-api.js';
import { formatCounted } from '../../../shared/format/count.js';
import headerClasses from '../TraceHeader.module.css';
import { shareOf } from './share-of.js';

interface DetectionSummaryProps {
  readonly detections: readonly NamedDetection[];
  readonly onShow: () => void;
}

/** Number of kinds that are named. The view has all of them. */
const MOST_NAMED = 4;

/** Line of the summary: how many detections there are, and of which kinds. */
export const DetectionSummary = ({ detections, onShow }: DetectionSummaryProps) => {
  // The summary names the origin of a failure above.
  const found = detections.filter(({ kind }) => kind !== 'error-origin');
  if (found.length === 0) return undefined;
  const kinds = new Map<string, { title: string; share: number }>();
  for (const { kind, title, share } of found) {
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, { title, share });
    else known.share = Math.min(1, known.share + share);
  }
  const named = [...kinds.values()].slice(0, MOST_NAMED);
  const others = kinds.size - named.length;
  return (
    <li className={headerClasses.answer} data-tone="warn">
      <IconBulb size={15} stroke={1.75} aria-hidden />
      <span>
        <button type="button" className={headerClasses.open} onClick={onShow}>
          {formatCounted(found.length, 'detection')}
        </button>
        : {named.map(({ title, share }) => `${title}${share > 0 ? ` ${shareOf(share)}` : ''}`).join(', ')}
        {others > 0 && ` and ${formatCounted(others, 'other kind')}`}
      </span>
    </li>
  );
};
