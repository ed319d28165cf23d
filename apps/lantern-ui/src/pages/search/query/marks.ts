import type { TextMark } from '../../../shared/CompletingInput.js';
import { tokensOf, type Token } from '@lantern/query-api/search-query';

/** Returns the highlighting of a query. */
export const marksOf = (query: string): TextMark[] => {
  const tokens = tokensOf(query);
  return tokens.map((token, index) => ({
    from: token.from,
    to: token.to,
    kind: kindOf(token, tokens[index - 1]),
  }));
};

const kindOf = ({ kind }: Token, before: Token | undefined): TextMark['kind'] => {
  if (kind === 'keyword' || kind === 'operator') return kind;
  if (kind !== 'word' && kind !== 'text') return 'plain';
  const isValue = before?.kind === 'operator' || before?.kind === 'comma' || before?.value === 'in';
  return isValue ? 'value' : 'key';
};
