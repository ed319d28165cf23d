/** Returns round axis values from 0, or less, to above the maximum. */
export const axisTicks = (least: number, most: number): number[] => {
  const low = Math.min(0, least);
  const span = Math.max(most, 0) - low || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const first = Math.floor(low / step);
  const count = Math.ceil((low + span) / step) - first;
  return Array.from({ length: count + 1 }, (_, index) => (first + index) * step);
};

export type Point = readonly [millis: number, value: number];

/** Splits the points at gaps: steps without a sample. */
export const stretches = (points: readonly Point[], stepMillis: number): Point[][] => {
  const parts: Point[][] = [];
  for (const point of points) {
    const last = parts.at(-1)?.at(-1);
    if (last === undefined || point[0] - last[0] > stepMillis * 1.5) parts.push([point]);
    else parts.at(-1)?.push(point);
  }
  return parts;
};
