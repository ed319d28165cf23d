import type { CallNode, FlameBox } from '@lantern/telemetry-model';

export const wholeView: FlameBox = { x: 0, width: 1 };

/** Boxes of the calls of a flame graph, by level, sorted from left to right. */
export class FlameBoxes {
  readonly levels: number;
  /** Total self time in nanoseconds. */
  readonly selfTotal: number;
  private readonly byLevel: number[][] = [];

  constructor(
    readonly calls: readonly CallNode[],
    readonly boxes: readonly FlameBox[],
  ) {
    for (const { index, depth } of calls) (this.byLevel[depth] ??= []).push(index);
    for (const level of this.byLevel) level.sort((a, b) => this.x(a) - this.x(b));
    this.levels = this.byLevel.length;
    this.selfTotal = calls.reduce((sum, { selfNano }) => sum + selfNano, 0);
  }

  boxOf(call: number): FlameBox | undefined {
    return this.boxes[call];
  }

  level(depth: number): readonly number[] {
    return this.byLevel[depth] ?? [];
  }

  /** Returns the call at a position; -1 for none. */
  at(x: number, depth: number): number {
    const level = this.level(depth);
    // Binary search for the last call that starts at or before x.
    let [low, high] = [0, level.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.x(level[middle]) <= x) low = middle + 1;
      else high = middle;
    }
    const call = level[low - 1] ?? -1;
    return call !== -1 && x < this.x(call) + (this.boxes[call]?.width ?? 0) ? call : -1;
  }

  /** Returns the widest child; -1 for none. */
  childOf(call: number): number {
    return (
      this.level((this.calls[call]?.depth ?? 0) + 1).find((child) => this.calls[child]?.parent === call) ?? -1
    );
  }

  siblingOf(call: number, direction: 1 | -1): number {
    const level = this.level(this.calls[call]?.depth ?? 0);
    return level[level.indexOf(call) + direction] ?? -1;
  }

  private x(call: number | undefined): number {
    return call === undefined ? 0 : (this.boxes[call]?.x ?? 0);
  }
}
