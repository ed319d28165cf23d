/** Work of a line beside its characters: labels are made, and a template may take long over a short line. */
const WORK_PER_LINE = 256;
const WORK_PER_CHECK = 1024;

/** Tells a query when to look at the clock: after a few short lines, and after each long one, over which a stage takes longer. */
export class CheckPace {
  private work = 0;

  isDueAfter(line: string): boolean {
    this.work += WORK_PER_LINE + line.length;
    if (this.work < WORK_PER_CHECK) return false;
    this.work = 0;
    return true;
  }
}
