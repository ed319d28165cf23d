import { tokensOf, type Token } from '@lantern/query-api/search-query';

/** Kind of token that the caret is in, and the part of the text that a completion replaces. */
export interface CompletionPlace {
  readonly asksFor: 'key' | 'operator' | 'value' | 'connective';
  /** Text between `from` and the caret. */
  readonly typed: string;
  readonly from: number;
  readonly to: number;
  /** Key whose value is being typed. */
  readonly key?: string;
}

/**
 *     |              key            duration |       operator       duration > |    value
 *     dur|           key            service = or|    value          a = b |         connective
 *     a = b and |    key            a in (x, |       value
 */
export const completionAt = (query: string, caret: number): CompletionPlace => {
  const tokens = tokensOf(query);
  // The caret edits the word that it touches. An unterminated string extends to the end of the query.
  const writing = tokens.find(
    ({ kind, from, to }) =>
      from < caret && caret <= to && ['word', 'text', 'keyword', 'wrong'].includes(kind),
  );
  const before = tokens.filter(({ from }) => from < (writing?.from ?? caret));
  const from = writing?.from ?? caret;
  const to = writing?.to ?? caret;
  const typed = query.slice(from, caret).replace(/^"|"$/g, '');
  return { ...asked(before), typed, from, to };
};

const asked = (before: readonly Token[]): Pick<CompletionPlace, 'asksFor' | 'key'> => {
  let state: Pick<CompletionPlace, 'asksFor' | 'key'> = { asksFor: 'key' };
  let key = '';
  let isInList = false;
  for (const [index, token] of before.entries()) {
    switch (token.kind) {
      case 'operator':
        state = { asksFor: 'value', key };
        break;
      case 'comma':
        state = isInList ? { asksFor: 'value', key } : state;
        break;
      case 'open':
        isInList = before[index - 1]?.value === 'in';
        state = isInList ? { asksFor: 'value', key } : { asksFor: 'key' };
        break;
      case 'close':
        isInList = false;
        state = { asksFor: 'connective' };
        break;
      case 'keyword':
        if (token.value === 'exists') state = { asksFor: 'connective' };
        else if (state.asksFor === 'value') state = { asksFor: 'connective' };
        else if (token.value !== 'in' && before[index + 1]?.value !== 'in') state = { asksFor: 'key' };
        break;
      case 'word':
      case 'text':
        if (state.asksFor === 'value') state = { asksFor: 'connective' };
        else {
          key = token.value;
          state = { asksFor: 'operator', key };
        }
        break;
      case 'wrong':
        break;
    }
  }
  return state;
};
