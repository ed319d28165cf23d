// Counts the comments that begin with a word that hides their subject: `node src/comment-openings.mjs`.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const WORDS = ['What', 'Where', 'Of', 'That', 'Whoever'];

const SOURCES = '{apps,libs,tools}/**/*.{ts,tsx,mjs}';

/** Start of a comment: of a block, or of the first of successive line comments. */
const OPENING = new RegExp(
  String.raw`(?:\/\*\*?\s*(?:\*\s*)?|(?<!\/\/[^\n]*\n\s*)\/\/ )(${WORDS.join('|')})\b`,
  'g',
);

/** Returns how many comments of a text begin with each word. */
export const countOpenings = (text) => {
  const counts = Object.fromEntries(WORDS.map((word) => [word, 0]));
  for (const [, word] of text.matchAll(OPENING)) counts[word]++;
  return counts;
};

/** Returns the counts of all sources of the workspace. */
export const countWorkspace = () => {
  const exclude = (path) => /(?:^|\/)(?:node_modules|dist|test-results)$/.test(path);
  const texts = globSync(SOURCES, { cwd: root, exclude }).map((file) =>
    readFileSync(`${root}${file}`, 'utf8'),
  );
  return countOpenings(texts.join('\n\n'));
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [word, count] of Object.entries(countWorkspace())) console.log(`${word.padEnd(8)} ${count}`);
}
