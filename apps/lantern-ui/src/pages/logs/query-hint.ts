import { ANY_SERVICE } from './logs-params.js';
import { logqlTokens, STAGES } from './logql-tokens.js';
import { quoted, withLineFilter } from './query-edit.js';

/** Correction of a query that the server rejected. */
export interface QueryHint {
  readonly title: string;
  /** Description of the error. */
  readonly fault: string;
  /** Query to run instead. Undefined if there is no obvious one. */
  readonly proposed: string | undefined;
}

export const queryHint = (query: string): QueryHint | undefined => plainTextHint(query) ?? stageHint(query);

/** Text without a selector or a function is treated as search text, as in other search boxes. */
const plainTextHint = (query: string): QueryHint | undefined => {
  const text = query.trim();
  const tokens = logqlTokens(text);
  if (text === '' || tokens.some(({ text: token, kind }) => token === '{' || kind === 'function'))
    return undefined;
  const [only] = tokens;
  const isQuoted = tokens.length === 1 && only?.kind === 'string' && !only.isOpen;
  return {
    title: 'A query needs a stream selector',
    fault: 'LogQL queries begin with a selector in braces. This query finds the lines that contain the text:',
    proposed: isQuoted ? `${ANY_SERVICE} |= ${text}` : withLineFilter(ANY_SERVICE, text),
  };
};

/** Detects a word after a pipe that is neither a stage nor a compared label. */
const stageHint = (query: string): QueryHint | undefined => {
  const tokens = logqlTokens(query).filter(({ kind }) => kind !== 'comment');
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'name' && token.kind !== 'function') continue;
    if (tokens[index - 1]?.text !== '|' || COMPARISONS.has(tokens[index + 1]?.text ?? '')) continue;
    const meant = nearest(token.text);
    return {
      title: `${quoted(token.text)} is not a stage`,
      fault:
        meant === undefined
          ? `Valid stages are ${STAGES.join(', ')}. To filter by a label, compare it: | level = "error".`
          : `Did you mean ${meant}? This query uses it:`,
      proposed: meant && `${query.slice(0, token.start)}${meant}${query.slice(token.end)}`,
    };
  }
  return undefined;
};

const COMPARISONS = new Set(['=', '==', '!=', '=~', '!~', '>', '>=', '<', '<=']);

/** Returns the stage with the smallest edit distance, at most a third of the length. */
const nearest = (word: string): string | undefined => {
  const candidates = STAGES.map((stage) => ({
    stage,
    distance: editDistance(word.toLowerCase(), stage),
  })).sort((a, b) => a.distance - b.distance);
  const [best] = candidates;
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.stage.length / 3))
    ? best.stage
    : undefined;
};

/** Levenshtein distance. Words are short. */
const editDistance = (a: string, b: string): number => {
  // A much longer word cannot be a misspelled stage.
  if (a.length > 2 * b.length) return a.length;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 0; line < a.length; line++) {
    const next = [line + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (a[line] === b[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
