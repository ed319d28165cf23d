/** Table that the benchmark prints: each figure with its goal. */
export class Figures {
  private readonly rows: (readonly [figure: string, value: string, goal: string, verdict: string])[] = [];

  /** Adds a figure that must not exceed its goal. */
  atMost(figure: string, value: number, goal: number, unit: string): void {
    this.add(figure, value, '≤', goal, unit, value <= goal);
  }

  /** Adds a figure that must reach its goal. */
  atLeast(figure: string, value: number, goal: number, unit: string): void {
    this.add(figure, value, '≥', goal, unit, value >= goal);
  }

  /** Adds a figure without a goal. */
  plain(figure: string, value: string): void {
    this.print([figure, value, '', '']);
  }

  heading(text: string): void {
    process.stdout.write(`\n${text}\n\n`);
    this.print(['figure', 'measured', 'must reach', '']);
    this.print(['-'.repeat(66), '-'.repeat(24), '-'.repeat(22), '-'.repeat(6)]);
  }

  private add(
    figure: string,
    value: number,
    sign: string,
    goal: number,
    unit: string,
    reached: boolean,
  ): void {
    this.print([
      figure,
      `${number(value)} ${unit}`,
      `${sign} ${number(goal)} ${unit}`,
      reached ? 'ok' : 'MISSED',
    ]);
  }

  private print(row: (typeof this.rows)[number]): void {
    this.rows.push(row);
    const [figure, value, goal, verdict] = row;
    process.stdout.write(
      `| ${figure.padEnd(66)} | ${value.padEnd(24)} | ${goal.padEnd(22)} | ${verdict.padEnd(6)} |\n`,
    );
  }

  /** Names of the figures that missed their goal. */
  get missed(): string[] {
    return this.rows.filter(([, , , verdict]) => verdict === 'MISSED').map(([figure]) => figure.trim());
  }
}

export const number = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;

export const MEGABYTE = 1e6;
