/** Number of distinguishable shares. */
const STEPS = 8;

/**
 * Sums up intervals on a line of pixels. Gaps and intervals shorter than a pixel are drawn as the covered share of that
 * pixel.
 *
 *     intervals   ██ ██ ██ ██ ██████████
 *     pixels      |    |    |    |    |
 *     shares      2/3       1
 *
 * Intervals must be sorted and must not overlap. Neighboring pixels of the same share are drawn as one.
 */
export class PixelShares {
  private pixel = -1;
  private covered = 0;
  private from = 0;
  private to = 0;
  private share = 0;

  /** @param draw called with the pixels from `from` to `to` and their covered share, above 0 and at most 1 */
  constructor(private readonly draw: (from: number, to: number, share: number) => void) {}

  add(from: number, to: number): void {
    const [first, last] = [Math.floor(from), Math.floor(to)];
    if (first !== this.pixel) this.next(first);
    if (first === last) {
      this.covered += to - from;
      return;
    }
    this.covered += first + 1 - from;
    this.next(last);
    if (last > first + 1) this.run(first + 1, last, 1);
    this.covered = to - last;
  }

  /** Draws the remaining pixels. */
  end(): void {
    this.next(-1);
    this.flush();
  }

  private next(pixel: number): void {
    const share = Math.ceil(Math.min(1, this.covered) * STEPS - 1e-6) / STEPS;
    if (share > 0) this.run(this.pixel, this.pixel + 1, share);
    this.pixel = pixel;
    this.covered = 0;
  }

  private run(from: number, to: number, share: number): void {
    if (from === this.to && share === this.share) {
      this.to = to;
      return;
    }
    this.flush();
    this.from = from;
    this.to = to;
    this.share = share;
  }

  private flush(): void {
    if (this.to > this.from) this.draw(this.from, this.to, this.share);
    this.from = this.to = 0;
  }
}
