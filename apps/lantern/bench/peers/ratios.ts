import { number } from '../figures.ts';

const WIDTHS = [58, 12, 12, 20] as const;

/** Table of figures of Lantern beside those of a peer. */
export class Ratios {
  heading(peer: string, title: string): void {
    process.stdout.write(`\n${title}\n\n`);
    this.print([`figure`, 'Lantern', peer, `Lantern / ${peer}`]);
    this.print(WIDTHS.map((width) => '-'.repeat(width)));
  }

  add(figure: string, lantern: number, peer: number): void {
    this.print([figure, number(lantern), number(peer), (lantern / peer).toFixed(2)]);
  }

  private print(cells: readonly string[]): void {
    const padded = cells.map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0));
    process.stdout.write(`| ${padded.join(' | ')} |\n`);
  }
}
