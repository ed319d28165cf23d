import { maskSecrets } from '../sensitive/secrets.js';

/** Limit of an explanation, in characters, unless the reader asks for another one. */
export const DEFAULT_LIMIT = 4_000;

export interface ExplainOptions {
  /** Maximum length of the text, at least 500. */
  readonly limit?: number;
  /** Address of Lantern, for links: `http://localhost:16686`. */
  readonly baseUrl?: string;
}

/**
 * Text with a maximum length. Lines that do not fit are counted, and the end of the text says what was left out and how to
 * get it.
 */
export class Explanation {
  private readonly lines: string[] = [];
  private readonly leftOut: string[] = [];
  private readonly limit: number;
  private length = 0;

  constructor({ limit = DEFAULT_LIMIT }: ExplainOptions) {
    this.limit = Math.max(500, limit);
  }

  /** Characters that further lines may take, with the end kept free. */
  get room(): number {
    return this.limit - END_LENGTH - this.length;
  }

  /** Adds lines; returns false, and adds nothing, if they do not fit. */
  add(...lines: readonly string[]): boolean {
    const masked = lines.map((line) => maskSecrets(line));
    const length = masked.reduce((sum, line) => sum + line.length + 1, 0);
    if (length > this.room) return false;
    this.lines.push(...masked);
    this.length += length;
    return true;
  }

  /** Adds a title and as many of the items as fit. */
  addList(title: string, items: readonly string[], what: string): void {
    if (items.length === 0) return;
    if (!this.add('', title)) {
      this.leaveOut(`${items.length} ${what}`);
      return;
    }
    const rest = items.findIndex((item) => !this.add(item));
    if (rest !== -1) this.leaveOut(`${items.length - rest} of ${items.length} ${what}`);
  }

  leaveOut(what: string): void {
    this.leftOut.push(what);
  }

  /** @param more how to get what was left out */
  finish(more: string): string {
    if (this.leftOut.length > 0) this.lines.push('', `Left out: ${this.leftOut.join('; ')}. ${more}`);
    return this.lines.join('\n').slice(0, this.limit);
  }
}

/** Room for the last line. */
const END_LENGTH = 300;
