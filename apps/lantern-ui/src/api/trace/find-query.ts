/**
 * What is looked for in a trace, as Jaeger has it: words between blanks, of which one suffices; `"several words"` in
 * quotation marks are one; `-key` leaves out the attributes whose keys contain it. No word tells capitals apart.
 */
export class FindQuery {
  readonly words: readonly string[];
  /** Parts of keys; attributes that have them are not looked at. */
  readonly leftOut: readonly string[];

  constructor(text: string) {
    // The last quotation mark may not have been typed yet.
    const parts = text.toLowerCase().match(/(?:[^\s"]|"[^"]*(?:"|$))+/g) ?? [];
    const isExclusion = (part: string) => part.startsWith('-');
    // Around a word or a value they hold it together; elsewhere they are a part of it, as in a list of texts.
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
