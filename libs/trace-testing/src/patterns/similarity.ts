/** Maximum length that is compared in full. Longer texts are cut. */
const MAX_LENGTH = 200;

/** Returns how similar two texts are: 1 for equal ones, 0 for ones without anything in common. */
export const similarity = (a: string, b: string): number => {
  const length = Math.min(MAX_LENGTH, Math.max(a.length, b.length));
  return length === 0 ? 1 : 1 - editDistance(a.slice(0, MAX_LENGTH), b.slice(0, MAX_LENGTH)) / length;
};

/** Number of characters to insert, remove or replace (Levenshtein). */
const editDistance = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
};

/** Returns the most similar known name, if one is similar enough to be meant. */
export const closest = (name: string, known: readonly string[]): string | undefined => {
  const [best] = known
    .map((each) => ({ each, score: similarity(name.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => b.score - a.score);
  return best !== undefined && best.score > 0.4 ? best.each : undefined;
};

/**
 * Rejects members of an options object that are not known.
 *
 * @throws TypeError that names the unknown member and the one that is probably meant
 */
export const rejectUnknownMembers = (where: string, options: object, known: readonly string[]): void => {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const meant = closest(name, known);
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    throw new TypeError(`${where} has no member "${name}".${hint} Known are: ${known.join(', ')}.`);
  }
};
