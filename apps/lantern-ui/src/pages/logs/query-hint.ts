import { ANY_SERVICE } from './logs-params.js';
import { logqlTokens, STAGES } from './logql-tokens.js';
import { quoted, withLineFilter } from './query-edit.js';

/** What a person probably meant by a query that the server rejected. */
export interface QueryHint {
  readonly title: string;
  /** Sentence about the fault. */
  readonly fault: string;
  /** Query to run instead; undefined where there is no obvious one. */
  readonly proposed: string | undefined;
}

export const queryHint = (query: string): QueryHint | undefined => plainTextHint(query) ?? stageHint(query);

/** Words without a selector or a function are the text to look for, as in other search boxes. */
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

/** A word behind a pipe is a stage, or a label that is compared. */
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
          ? `The stages are ${STAGES.join(', ')}. A label filter compares a label, as in | level = "error".`
          : `The stage ${meant} is spelled like it. This query uses it:`,
      proposed: meant && `${query.slice(0, token.start)}${meant}${query.slice(token.end)}`,
    };
  }
  return undefined;
};

const COMPARISONS = new Set(['=', '==', '!=', '=~', '!~', '>', '>=', '<', '<=']);

/** The stage that differs by the fewest letters, at most by a third of them. */
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

/** Fewest letters to insert, delete or replace (Levenshtein). Words are short. */
const editDistance = (a: string, b: string): number => {
  // A word much longer than any stage is none of them.
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
