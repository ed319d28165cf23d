import {
  LINE_FILTER_OPERATORS,
  type Extraction,
  type IpPattern,
  type LabelChoice,
  type LabelFormat,
  type LineFilterOperator,
  type Matcher,
  type Stage,
} from './ast.js';
import type { TokenKind } from './lexer.js';
import { isComparison, isMatchOperator, parseIpCall, parseLabelFilter } from './parse-label-filter.js';
import type { TokenStream } from './token-stream.js';

const STAGES: Readonly<Record<string, (tokens: TokenStream) => Stage>> = {
  json: (tokens) => ({ kind: 'json', extractions: parseExtractions(tokens) }),
  logfmt: (tokens) => {
    const flags = new Set<string>();
    for (let flag = tokens.accept('PARSER_FLAG'); flag; flag = tokens.accept('PARSER_FLAG'))
      flags.add(flag.text);
    return {
      kind: 'logfmt',
      strict: flags.has('--strict'),
      keepEmpty: flags.has('--keep-empty'),
      extractions: parseExtractions(tokens),
    };
  },
  regexp: (tokens) => ({ kind: 'regexp', expression: tokens.take('STRING').text }),
  pattern: (tokens) => ({ kind: 'pattern', pattern: tokens.take('STRING').text }),
  unpack: () => ({ kind: 'unpack' }),
  line_format: (tokens) => ({ kind: 'line-format', template: tokens.take('STRING').text }),
  label_format: (tokens) => ({ kind: 'label-format', formats: parseList(tokens, parseLabelFormat) }),
  decolorize: () => ({ kind: 'decolorize' }),
  drop: (tokens) => ({ kind: 'drop', labels: parseList(tokens, parseLabelChoice) }),
  keep: (tokens) => ({ kind: 'keep', labels: parseList(tokens, parseLabelChoice) }),
};

/**
 * Parses the next stage of a pipeline. Returns undefined at its end. `| unwrap` is no stage: it ends the pipeline of a
 * metric query.
 */
export const parseStage = (tokens: TokenStream): Stage | undefined => {
  const { kind } = tokens.peek();
  if (isLineFilterOperator(kind)) return parseLineFilter(tokens, kind);
  if (kind !== '|' || isUnwrap(tokens)) return undefined;
  tokens.next();
  const word = tokens.peek();
  const name = word.text.toLowerCase();
  const parse = word.kind === 'IDENTIFIER' && Object.hasOwn(STAGES, name) ? STAGES[name] : undefined;
  // A label may have the name of a stage.
  if (!parse || isComparison(tokens.peek(1).kind))
    return { kind: 'label-filter', filter: parseLabelFilter(tokens) };
  tokens.next();
  return parse(tokens);
};

export const isUnwrap = (tokens: TokenStream): boolean =>
  tokens.peek().kind === '|' && tokens.isWord('unwrap', 1) && !isComparison(tokens.peek(2).kind);

const parseLineFilter = (tokens: TokenStream, operator: LineFilterOperator): Stage => {
  tokens.next();
  const texts: (string | IpPattern)[] = [];
  do {
    if (texts.length > 0) tokens.next();
    if (tokens.isWord('ip')) texts.push({ kind: 'ip', pattern: parseIpCall(tokens) });
    else {
      const token = tokens.peek();
      if (token.kind !== 'STRING') throw tokens.unexpected(token, 'STRING', 'ip');
      texts.push(tokens.next().text);
    }
  } while (tokens.isWord('or'));
  return { kind: 'line-filter', operator, texts };
};

const parseList = <T>(tokens: TokenStream, parse: (tokens: TokenStream) => T): T[] => {
  const items = [parse(tokens)];
  while (tokens.accept(',')) items.push(parse(tokens));
  return items;
};

/** `status, first="errors[0].code"`; none at all is fine. */
const parseExtractions = (tokens: TokenStream): Extraction[] =>
  tokens.peek().kind === 'IDENTIFIER' ? parseList(tokens, parseExtraction) : [];

const parseExtraction = (tokens: TokenStream): Extraction => {
  const label = tokens.take('IDENTIFIER').text;
  return { label, expression: tokens.accept('=') ? tokens.take('STRING').text : label };
};

const parseLabelFormat = (tokens: TokenStream): LabelFormat => {
  const label = tokens.take('IDENTIFIER').text;
  tokens.take('=');
  const value = tokens.take('IDENTIFIER', 'STRING');
  return {
    label,
    from:
      value.kind === 'STRING'
        ? { kind: 'template', template: value.text }
        : { kind: 'label', name: value.text },
  };
};

const parseLabelChoice = (tokens: TokenStream): LabelChoice => {
  const name = tokens.take('IDENTIFIER').text;
  const operator = tokens.peek().kind;
  if (!isMatchOperator(operator)) return name;
  tokens.next();
  return { name, operator, value: tokens.take('STRING').text } satisfies Matcher;
};

const isLineFilterOperator = (kind: TokenKind): kind is LineFilterOperator =>
  (LINE_FILTER_OPERATORS as readonly TokenKind[]).includes(kind);
