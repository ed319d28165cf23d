/** Formats US dollars with two significant digits below a cent. */
export const formatCost = (dollars: number): string =>
  dollars >= 0.1 ? `$${dollars.toFixed(2)}` : `$${Number(dollars.toPrecision(2))}`;
