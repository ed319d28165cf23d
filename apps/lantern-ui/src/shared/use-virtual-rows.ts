import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual';
import { useLayoutEffect, useState, type RefObject } from 'react';

interface VirtualRows {
  readonly rows: readonly VirtualItem[];
  /** Height of the rows above and below that are not rendered. */
  readonly above: number;
  readonly below: number;
  readonly measure: (element: Element | null) => void;
}

interface VirtualRowsOptions {
  readonly keys: readonly string[];
  readonly rowHeight: number;
  /** Element of the list. The main part of the page scrolls. */
  readonly list: RefObject<HTMLElement | null>;
}

/** Number of additional rows beyond the edges, so that the browser’s own search finds a page of them. */
const OVERSCAN = 24;

/** Renders only the rows of a long list in and near the viewport. */
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
    // Renders a page of rows before the scroll container is known.
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
