/**
 * Search text in a trace, in the syntax of Jaeger: spans match if they contain any of the words; `"several words"` in
 * quotes are one; `-key` excludes attributes whose keys contain it. Case is ignored.
 */
export class FindQuery {
  readonly words: readonly string[];
  /** Parts of keys. Attributes with such keys are not searched. */
  readonly leftOut: readonly string[];

  constructor(text: string) {
    // The last quotation mark may not be typed yet.
    const parts = text.toLowerCase().match(/(?:[^\s"]|"[^"]*(?:"|$))+/g) ?? [];
    const isExclusion = (part: string) => part.startsWith('-');
    // Quotes around a word or a value delimit it; elsewhere they are part of the text, as in a list of strings.
    const unquoted = (part: string) => part.replace(/^([^"]*=)?"([^"]*)"?$/, '$1$2');
    this.words = parts
      .filter((part) => !isExclusion(part))
      .map(unquoted)
      .filter(isText);
    this.leftOut = parts
      .filter(isExclusion)
      .map((part) => unquoted(part.slice(1)))
      .filter(isText);
  }

  isIn(text: string): boolean {
    const lowerCase = text.toLowerCase();
    return this.words.some((word) => lowerCase.includes(word));
  }

  leavesOut(key: string): boolean {
    const lowerCase = key.toLowerCase();
    return this.leftOut.some((part) => lowerCase.includes(part));
  }
}

const isText = (text: string): boolean => text.trim() !== '';
