/** The index of the first item that is not before the place sought; `items` are in order. */
export const lowerBound = <Item>(items: readonly Item[], isBefore: (item: Item) => boolean): number => {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
};
