import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { useLayoutEffect, useState, type RefObject } from 'react';

interface VirtualRows {
  readonly rows: readonly VirtualItem[];
  /** What the rows that are not drawn would take, above and below. */
  readonly above: number;
  readonly below: number;
  readonly measure: (element: Element | null) => void;
}

interface VirtualRowsOptions {
  readonly keys: readonly string[];
  readonly rowHeight: number;
  /** The list; what scrolls is the page's main part around it. */
  readonly list: RefObject<HTMLElement | null>;
}

/** Rows beyond the edges that are drawn as well, so that the browser's own find sees a page of them. */
const OVERSCAN = 24;

/** Draws of a long list only what is in view of the page, and near it. */
export const useVirtualRows = ({ keys, rowHeight, list }: VirtualRowsOptions): VirtualRows => {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const main = list.current?.closest<HTMLElement>('main') ?? null;
    setScroller(main);
    if (main === null || list.current === null) return;
    const top = list.current.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop;
    setMargin(Math.round(top));
  }, [list, keys.length]);

  // eslint-disable-next-line react-hooks/incompatible-library -- what it returns is used here, in the same render
  const virtualizer = useVirtualizer({
    count: keys.length,
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keys[index] ?? index,
    overscan: OVERSCAN,
    scrollMargin: margin,
    // Before the scrolling part is known, a page of rows is drawn.
    initialRect: { width: 0, height: 900 },
  });
  const rows = virtualizer.getVirtualItems();
  return {
    rows,
    above: (rows[0]?.start ?? margin) - margin,
    below: Math.max(0, virtualizer.getTotalSize() - ((rows.at(-1)?.end ?? margin) - margin)),
    measure: virtualizer.measureElement,
  };
};
