import { wordsOf } from './double-words.js';

/** Number of newest samples of a series that are kept uncompressed, at most. */
export const TAIL_SAMPLES = 32;
/** Number of series that share a page. */
const SERIES_PER_PAGE = 128;

/** Times and values of the newest samples of {@link SERIES_PER_PAGE} series. */
export interface TailPage {
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Words of the values. */
  readonly words: Uint32Array;
}

/** Place of a series' newest samples: a page and the index of the first sample in it. */
export interface TailSlot {
  readonly page: TailPage;
  readonly start: number;
}

/** Memory of the newest samples of all series. Arrays of their own would cost each series several hundred bytes more. */
export class TailSlab {
  private readonly free: TailSlot[] = [];

  take(): TailSlot {
    const slot = this.free.pop();
    if (slot) return slot;
    const values = new Float64Array(SERIES_PER_PAGE * TAIL_SAMPLES);
    const times = new Float64Array(SERIES_PER_PAGE * TAIL_SAMPLES);
    const page = { times, values, words: wordsOf(values) };
    for (let i = SERIES_PER_PAGE - 1; i >= 0; i--) this.free.push({ page, start: i * TAIL_SAMPLES });
    return this.take();
  }

  release(slot: TailSlot): void {
    this.free.push(slot);
  }
}
