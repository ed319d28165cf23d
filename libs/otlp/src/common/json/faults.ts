/** Maximum number of faults that are worded. The others are counted. */
const MAX_TEXTS = 8;

/** Fields that were left out because they cannot be read. */
export class Faults {
  count = 0;
  readonly texts: string[] = [];

  /** @param text builds the message, which names the field and its fault */
  add(text: () => string): void {
    this.count++;
    if (this.texts.length < MAX_TEXTS) this.texts.push(text());
  }
}
