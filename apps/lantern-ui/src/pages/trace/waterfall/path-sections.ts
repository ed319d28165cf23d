import { at, type CriticalPath } from '@lantern/telemetry-model';

/** Critical path by span. */
export class PathSections {
  private readonly path: CriticalPath;
  private readonly last: Int32Array;
  /** For each section the index of an earlier one of the same span; -1 for none. */
  private readonly earlier: Int32Array;

  constructor(path: CriticalPath, spanCount: number) {
    this.path = path;
    this.last = new Int32Array(spanCount).fill(-1);
    this.earlier = new Int32Array(path.row.length);
    for (const [section, row] of path.row.entries()) {
      this.earlier[section] = at(this.last, row);
      this.last[row] = section;
    }
  }

  /** Calls `take` with the sections of a span, latest first. */
  each(row: number, take: (from: number, to: number) => void): void {
    for (let section = this.last[row] ?? -1; section !== -1; section = at(this.earlier, section)) {
      take(at(this.path.from, section), at(this.path.to, section));
    }
  }
}
