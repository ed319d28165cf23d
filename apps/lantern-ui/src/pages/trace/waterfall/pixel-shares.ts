/** Smallest difference of shares that is drawn. */
const STEPS = 8;

/**
 * Adds up intervals of a line of pixels, so that gaps and intervals of less than a pixel show as what they are: a share
 * of that pixel.
 *
 *     intervals   ██ ██ ██ ██ ██████████
 *     pixels      |    |    |    |    |
 *     shares      2/3       1
 *
 * Intervals come in order, without overlaps. Neighboring pixels of the same share are drawn as one.
 */
export class PixelShares {
  #pixel = -1;
  #covered = 0;
  #from = 0;
  #to = 0;
  #share = 0;

  /** @param draw draws the pixels from `from` to `to`, of which a share above 0 and up to 1 is covered */
  constructor(private readonly draw: (from: number, to: number, share: number) => void) {}

  add(from: number, to: number): void {
    const [first, last] = [Math.floor(from), Math.floor(to)];
    if (first !== this.#pixel) this.#next(first);
    if (first === last) {
      this.#covered += to - from;
      return;
    }
    this.#covered += first + 1 - from;
    this.#next(last);
    if (last > first + 1) this.#run(first + 1, last, 1);
    this.#covered = to - last;
  }

  /** Draws what is left. */
  end(): void {
    this.#next(-1);
    this.#flush();
  }

  #next(pixel: number): void {
    const share = Math.ceil(Math.min(1, this.#covered) * STEPS - 1e-6) / STEPS;
    if (share > 0) this.#run(this.#pixel, this.#pixel + 1, share);
    this.#pixel = pixel;
    this.#covered = 0;
  }

  #run(from: number, to: number, share: number): void {
    if (from === this.#to && share === this.#share) {
      this.#to = to;
      return;
    }
    this.#flush();
    this.#from = from;
    this.#to = to;
    this.#share = share;
  }

  #flush(): void {
    if (this.#to > this.#from) this.draw(this.#from, this.#to, this.#share);
    this.#from = this.#to = 0;
  }
}
