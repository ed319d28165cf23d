/**
 * Maximum height of an element in pixels. Browsers stop at about 33 million, some earlier. Longer lists scroll at a
 * coarser scale.
 */
const HIGHEST = 15_000_000;

/** List of rows of equal height in a scroll container. */
export interface TallList {
  readonly count: number;
  readonly rowHeight: number;
  /** Height of the container. */
  readonly viewHeight: number;
}

/** Returns the height of the scrolled content in pixels. */
export const scrollHeight = ({ count, rowHeight }: TallList): number => Math.min(count * rowHeight, HIGHEST);

/** Returns the height of the list above the container at a scroll position. */
export const hiddenAbove = (list: TallList, scrollTop: number): number => {
  const whole = list.count * list.rowHeight;
  const reach = scrollHeight(list) - list.viewHeight;
  return whole <= HIGHEST || reach <= 0
    ? Math.max(0, scrollTop)
    : (Math.min(reach, Math.max(0, scrollTop)) / reach) * (whole - list.viewHeight);
};

/** Returns the scroll position with this height of the list above the container. */
export const scrollTopFor = (list: TallList, above: number): number => {
  const whole = list.count * list.rowHeight;
  const most = Math.max(0, whole - list.viewHeight);
  const wanted = Math.min(most, Math.max(0, above));
  return whole <= HIGHEST || most === 0 ? wanted : (wanted / most) * (scrollHeight(list) - list.viewHeight);
};

export interface RowRange {
  readonly first: number;
  /** Index after the last row. */
  readonly end: number;
  /** Offset of the first row in the scrolled content, in pixels. */
  readonly top: number;
}

/** Number of rows by which the drawn range moves, so that scrolling by a few pixels does not rerender the list. */
const STEP = 6;

/** Returns the range of rows to draw: the visible ones and some around them. */
export const rowsInView = (list: TallList, scrollTop: number): RowRange => {
  const above = hiddenAbove(list, scrollTop);
  const inBox = Math.ceil(list.viewHeight / list.rowHeight) + 1;
  const firstInBox = Math.floor(above / list.rowHeight);
  const first = Math.max(0, Math.floor(firstInBox / STEP) * STEP - STEP);
  const end = Math.min(list.count, Math.floor(firstInBox / STEP) * STEP + inBox + 2 * STEP);
  return { first, end, top: first * list.rowHeight - above + scrollTop };
};

/** Returns the scroll position that shows the row with `margin` rows around it. Undefined if it is visible. */
export const scrollTopToShow = (
  list: TallList,
  scrollTop: number,
  row: number,
  align: 'nearest' | 'center',
  margin = 1,
): number | undefined => {
  const { rowHeight, viewHeight } = list;
  const above = hiddenAbove(list, scrollTop);
  const top = row * rowHeight;
  if (align === 'center') return scrollTopFor(list, top - (viewHeight - rowHeight) / 2);
  if (top < above + margin * rowHeight) return scrollTopFor(list, top - margin * rowHeight);
  const lowest = above + viewHeight - (margin + 1) * rowHeight;
  return top > lowest ? scrollTopFor(list, top - viewHeight + (margin + 1) * rowHeight) : undefined;
};
