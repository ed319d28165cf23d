import classes from './Marked.module.css';

/** Text with the search terms highlighted. */
export const Marked = ({ text, marked }: { readonly text: string; readonly marked: readonly string[] }) => {
  if (marked.length === 0) return text;
  return pieces(text, marked).map(({ part, isMarked }, index) =>
    isMarked ? (
      <mark key={index} className={classes.mark}>
        {part}
      </mark>
    ) : (
      part
    ),
  );
};

const pieces = (text: string, marked: readonly string[]): { part: string; isMarked: boolean }[] => {
  const found: { part: string; isMarked: boolean }[] = [];
  let end = 0;
  while (end < text.length) {
    const next = marked
      .map((word) => ({ word, at: text.indexOf(word, end) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.word.length - a.word.length)[0];
    if (next === undefined) break;
    found.push({ part: text.slice(end, next.at), isMarked: false }, { part: next.word, isMarked: true });
    end = next.at + next.word.length;
  }
  return [...found, { part: text.slice(end), isMarked: false }];
};
