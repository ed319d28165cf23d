/** Browsers stop at about 33 million pixels, some earlier. Higher lists are scrolled at a coarser scale. */
const HIGHEST = 15_000_000;

/** A list of rows of one height in a box that shows some of them. */
export interface TallList {
  readonly count: number;
  readonly rowHeight: number;
  /** Of the box. */
  readonly viewHeight: number;
}

/** What to scroll through, in pixels. */
export const scrollHeight = ({ count, rowHeight }: TallList): number => Math.min(count * rowHeight, HIGHEST);

/** How much of the list lies above the box when it is scrolled by `scrollTop`. */
export const hiddenAbove = (list: TallList, scrollTop: number): number => {
  const whole = list.count * list.rowHeight;
  const reach = scrollHeight(list) - list.viewHeight;
  return whole <= HIGHEST || reach <= 0
    ? Math.max(0, scrollTop)
    : (Math.min(reach, Math.max(0, scrollTop)) / reach) * (whole - list.viewHeight);
};

/** How far to scroll so that this much of the list lies above the box. */
export const scrollTopFor = (list: TallList, above: number): number => {
  const whole = list.count * list.rowHeight;
  const most = Math.max(0, whole - list.viewHeight);
  const wanted = Math.min(most, Math.max(0, above));
  return whole <= HIGHEST || most === 0 ? wanted : (wanted / most) * (scrollHeight(list) - list.viewHeight);
};

export interface RowRange {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
  /** Where the first row lies in the scrolled content, in pixels. */
  readonly top: number;
}

/** Rows are taken in steps, so that a list that scrolls by a few pixels has not to be drawn anew. */
const STEP = 6;

/** The rows to draw: those in the box and some around them. */
export const rowsInView = (list: TallList, scrollTop: number): RowRange => {
  const above = hiddenAbove(list, scrollTop);
  const inBox = Math.ceil(list.viewHeight / list.rowHeight) + 1;
  const firstInBox = Math.floor(above / list.rowHeight);
  const first = Math.max(0, Math.floor(firstInBox / STEP) * STEP - STEP);
  const end = Math.min(list.count, Math.floor(firstInBox / STEP) * STEP + inBox + 2 * STEP);
  return { first, end, top: first * list.rowHeight - above + scrollTop };
};

/** Where to scroll so that the row is in the box, `margin` rows from its edges; undefined when it is. */
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
