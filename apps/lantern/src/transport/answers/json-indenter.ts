import { Buffer } from 'node:buffer';
import type { JsonPieces } from './answer-pieces.js';
import { JsonWriter } from './json-writer.js';
import { Turn } from './turn.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Indentation of each level, as of Jaeger's `prettyPrint`. */
const INDENTATION = '    ';
/** Number of bytes that are indented before other requests get their turn: some 10 ms. */
const BYTES_PER_STEP = 512 * 1024;

/**
 * Adds line breaks and indentation to JSON without white space, piece by piece, so that an answer of any size is indented
 * in bounded memory. The result is that of `JSON.stringify` with four spaces.
 */
class JsonIndenter {
  private readonly out = new JsonWriter();
  private readonly breaks: Buffer[] = [];
  private depth = 0;
  private isInString = false;
  private isEscaped = false;
  /** Whether the last token opened an object or array, which may turn out to be empty. */
  private isOpened = false;

  indent(json: Uint8Array): Buffer {
    let from = 0;
    for (let at = 0; at < json.length; at++) {
      const code = json[at] ?? 0;
      if (this.isInString) {
        if (this.isEscaped) this.isEscaped = false;
        else if (code === BACKSLASH) this.isEscaped = true;
        else if (code === QUOTE) this.isInString = false;
        continue;
      }
      if (code === COLON || code === COMMA) {
        this.out.bytes(json.subarray(from, at + 1));
        from = at + 1;
        if (code === COLON) this.out.text(' ');
        else this.breakLine();
        continue;
      }
      const isClosing = code === CLOSE_BRACE || code === CLOSE_BRACKET;
      if (isClosing) this.depth--;
      if (isClosing !== this.isOpened) {
        this.out.bytes(json.subarray(from, at));
        from = at;
        this.breakLine();
      }
      this.isOpened = code === OPEN_BRACE || code === OPEN_BRACKET;
      if (this.isOpened) this.depth++;
      this.isInString = code === QUOTE;
    }
    this.out.bytes(json.subarray(from));
    return this.out.take();
  }

  private breakLine(): void {
    const { depth } = this;
    this.out.bytes((this.breaks[depth] ??= Buffer.from(`\n${INDENTATION.repeat(depth)}`)));
  }
}

/** Indents JSON while it is being written. */
export async function* indented(pieces: JsonPieces): JsonPieces {
  const indenter = new JsonIndenter();
  const turn = new Turn();
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length; start += BYTES_PER_STEP) {
      yield indenter.indent(piece.subarray(start, start + BYTES_PER_STEP));
      await turn.giveWay();
    }
  }
}
