/** Prints the table of the benchmark, a line at a time, and knows which goals were missed. */
export class Figures {
  readonly missed: string[] = [];

  heading(text: string): void {
    process.stdout.write(`\n${text}\n\n`);
    this.line('figure', 'measured', 'goal');
    this.line('---', '---', '---');
  }

  plain(figure: string, value: string): void {
    this.line(figure, value, '');
  }

  atMost(figure: string, value: number, unit: string, goal: number, more = ''): void {
    this.judged(figure, value <= goal, `${written(value)} ${unit}${more}`, `≤ ${written(goal)} ${unit}`);
  }

  atLeast(figure: string, value: number, unit: string, goal: number, more = ''): void {
    this.judged(figure, value >= goal, `${written(value)} ${unit}${more}`, `≥ ${written(goal)} ${unit}`);
  }

  private judged(figure: string, isReached: boolean, value: string, goal: string): void {
    if (!isReached) this.missed.push(figure);
    this.line(figure, value, isReached ? goal : `${goal}, MISSED`);
  }

  private line(figure: string, value: string, goal: string): void {
    process.stdout.write(`| ${figure.padEnd(46)} | ${value.padEnd(52)} | ${goal.padEnd(20)} |\n`);
  }
}

const written = (value: number): string =>
  value >= 1_000
    ? Math.round(value).toLocaleString('en')
    : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;

export const cpuSeconds = (from?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e6;
};
