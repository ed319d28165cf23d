/** Prints rows as a table that is Markdown too. */
export const printTable = (
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void => {
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (at === 0 ? (row[at] ?? '').padEnd(width) : (row[at] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  process.stdout.write(`\n${title}\n\n${[line(head), rule, ...rows.map(line)].join('\n')}\n`);
};

/** Returns the figure, its limit, and whether the figure meets the limit. */
export const verdict = (value: number, limit: number, sense: 'at most' | 'at least', unit = ''): string[] => {
  const reached = sense === 'at most' ? value <= limit : value >= limit;
  return [`${format(value)}${unit}`, `${sense} ${limit}${unit}`, reached ? 'reached' : 'missed'];
};

export const format = (value: number): string =>
  value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);
