import { tokenize, type Token } from './tokenize.js';

/** Statement as detectors compare it. */
export interface Statement {
  /** Statement with `?` for literals and placeholders, and with lists folded: equal for statements that differ only in values. */
  readonly pattern: string;
  /** First verb: `SELECT`, `INSERT`. Empty when the text has none. */
  readonly verb: string;
  /** Verb and first table: `SELECT products`. */
  readonly label: string;
  /** Tables that the statement names behind FROM, JOIN, INTO and UPDATE. */
  readonly tables: readonly string[];
  /** Literals in their order. */
  readonly literals: readonly string[];
  readonly placeholderCount: number;
  /** Whether the statement reads without a lock on rows. */
  readonly isRead: boolean;
  /** Whether the statement asks for a lock and waits until it is free. */
  readonly isLock: boolean;
  /** Whether the statement reads one page of a longer list. */
  readonly isPage: boolean;
}

/**
 * Parser that parses statements which differ only in simple literals once. Programs have few statements; the ones that
 * contain their values are as many as spans.
 */
export class StatementParser {
  private readonly known = new Map<string, Statement>();

  /** Returns the statement, and the literals of this text. */
  parse(text: string): { readonly statement: Statement; readonly literals: readonly string[] } {
    const literals: string[] = [];
    const skeleton = skeletonOf(text, literals);
    const key = skeleton ?? text;
    let statement = this.known.get(key);
    if (statement === undefined) {
      if (this.known.size >= MAX_KNOWN) this.known.clear();
      statement = parseStatement(text);
      this.known.set(key, statement);
    }
    return { statement, literals: skeleton === undefined ? statement.literals : literals };
  }
}

const MAX_KNOWN = 1_000;

/**
 * Returns the text without its simple literals (`'…'` and whole numbers), which it adds to the list, so that texts with the
 * same skeleton have the same tokens but for literals. Returns undefined for a text in which a quotation mark or a digit may
 * mean something else: with escapes, quoted identifiers, comments, dollar quotes or other numbers.
 */
const skeletonOf = (text: string, literals: string[]): string | undefined => {
  let skeleton = '';
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = text.indexOf("'", at + 1);
      if (end === -1 || text.charCodeAt(end + 1) === QUOTE) return undefined;
      literals.push(text.slice(at + 1, end));
      skeleton += text.slice(from, at) + "'";
      from = at = end + 1;
    } else if (isDigitCode(code)) {
      let end = at + 1;
      while (isDigitCode(text.charCodeAt(end))) end++;
      if (isWordCode(text.charCodeAt(end)) || text.charCodeAt(end) === DOT) return undefined;
      const before = text.charCodeAt(at - 1);
      if (before === DOT) return undefined;
      // A digit in a name or in a placeholder is no literal.
      if (!isWordCode(before) && before !== DOLLAR && before !== COLON && before !== AT) {
        literals.push(text.slice(at, end));
        skeleton += text.slice(from, at) + '0';
        from = end;
      }
      at = end;
    } else if (isOtherQuote(text, at, code)) return undefined;
    else at++;
  }
  return skeleton + text.slice(from);
};

const QUOTE = 39;
const DOT = 46;
const DOLLAR = 36;
const COLON = 58;
const AT = 64;

const isDigitCode = (code: number): boolean => code >= 48 && code <= 57;
const isWordCode = (code: number): boolean =>
  isDigitCode(code) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code > 127;

/** Whether a quoted identifier, an escape, a comment or a dollar quote begins here. */
const isOtherQuote = (text: string, at: number, code: number): boolean => {
  const next = text.charCodeAt(at + 1);
  return (
    code === 34 ||
    code === 96 ||
    code === 92 ||
    code === 91 ||
    ((code === 69 || code === 101) && next === QUOTE) ||
    (code === 45 && next === 45) ||
    (code === 47 && next === 42) ||
    (code === 37 && next === 40) ||
    (code === DOLLAR && !isDigitCode(next))
  );
};

/** Maximum length of the text that is read. Longer statements are bulk writes, whose start tells them apart. */
const MAX_LENGTH = 20_000;

const VERBS = new Set(
  'SELECT INSERT UPDATE DELETE MERGE REPLACE UPSERT CALL EXEC EXECUTE BEGIN START COMMIT ROLLBACK SAVEPOINT RELEASE SET SHOW LOCK CREATE ALTER DROP TRUNCATE COPY EXPLAIN DECLARE FETCH VACUUM ANALYZE PRAGMA USE'.split(
    ' ',
  ),
);
const BEFORE_TABLE = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE']);
const LOCK_FUNCTIONS = /^(?:pg_advisory_(?:xact_)?lock(?:_shared)?|get_lock|sp_getapplock)$/i;

/** Parses a statement. Never throws: a text that is not SQL has an empty verb. */
export const parseStatement = (text: string): Statement => {
  const tokens = tokenize(text.slice(0, MAX_LENGTH));
  const words = tokens.map(({ kind, text: word }) => (kind === 'word' ? word.toUpperCase() : ''));
  const verbAt = findVerb(tokens, words);
  const verb = words[verbAt] ?? '';
  const tables = tablesOf(tokens, words);
  const mainTable = [...tables].find(([, at]) => at >= verbAt)?.[0];
  const label = verb === '' || mainTable === undefined ? verb : `${verb} ${mainTable}`;
  const isLock = asksForLock(tokens, words);
  const hasOrder = words.includes('ORDER');
  return {
    pattern: patternOf(tokens),
    verb,
    label,
    tables: [...tables.keys()],
    literals: tokens.filter(({ kind }) => kind === 'literal').map(({ text: literal }) => literal),
    placeholderCount: tokens.filter(({ kind }) => kind === 'placeholder').length,
    isRead: verb === 'SELECT' && !isLock && !words.includes('INTO'),
    isLock,
    isPage: hasOrder && (words.includes('OFFSET') || (isLimited(words) && isRange(tokens))),
  };
};

const isLimited = (words: readonly string[]): boolean =>
  words.includes('LIMIT') || words.includes('FETCH') || words.includes('TOP');

/** Whether a condition compares with `<` or `>`, as pages by key do. */
const isRange = (tokens: readonly Token[]): boolean =>
  tokens.some(({ kind, text }) => kind === 'symbol' && (text === '>' || text === '<'));

/**
 * Returns the index of the statement's verb, or -1. Behind `WITH` it is the verb of the main statement, which is outside of
 * all parentheses.
 */
const findVerb = (tokens: readonly Token[], words: readonly string[]): number => {
  const first = words.findIndex((word) => word !== '');
  const word = words[first] ?? '';
  if (VERBS.has(word)) return first;
  if (word !== 'WITH') return -1;
  let depth = 0;
  for (const [i, { kind, text }] of tokens.entries()) {
    if (kind === 'symbol' && text === '(') depth++;
    if (kind === 'symbol' && text === ')') depth--;
    if (depth === 0 && VERBS.has(words[i] ?? '')) return i;
  }
  return -1;
};

/** Returns the tables, each with the index at which it was named last. */
const tablesOf = (tokens: readonly Token[], words: readonly string[]): Map<string, number> => {
  const tables = new Map<string, number>();
  for (const [i, word] of words.entries()) {
    // `FOR UPDATE` and `DO UPDATE` name no table.
    const isClause = word === 'UPDATE' && (words[i - 1] === 'FOR' || words[i - 1] === 'DO');
    if (!BEFORE_TABLE.has(word) || isClause) continue;
    let name: string | undefined;
    let at = i + 1;
    if (words[at] === 'ONLY') at++;
    // The last part of `schema.table` is the table.
    for (; ; at += 2) {
      const token = tokens[at];
      if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) break;
      name = token.text;
      if (tokens[at + 1]?.text !== '.') break;
    }
    if (name !== undefined && !VERBS.has(name.toUpperCase())) tables.set(name, i);
  }
  return tables;
};

const asksForLock = (tokens: readonly Token[], words: readonly string[]): boolean => {
  for (const [i, word] of words.entries()) {
    if (word === 'LOCK' && (i === 0 || words[i + 1] === 'TABLE' || words[i + 1] === 'TABLES')) return true;
    if (word === 'FOR') {
      const clause = words.slice(i + 1, i + 4);
      const isForUpdate = clause[0] === 'UPDATE' || clause[0] === 'SHARE' || clause[0] === 'NO';
      // Rows that are locked are skipped, or are an error at once.
      if (isForUpdate) return !words.includes('SKIP') && !words.includes('NOWAIT');
    }
    if (word !== '' && LOCK_FUNCTIONS.test(tokens[i]?.text ?? '')) return true;
  }
  return false;
};

/**
 * Formats tokens as a pattern:
 *
 *     select * from "Users" where id in (1, 2) and name = 'x'   →   SELECT * FROM Users WHERE ID IN (?) AND NAME = ?
 */
const patternOf = (tokens: readonly Token[]): string => {
  const out: string[] = [];
  for (const [i, { kind, text }] of tokens.entries()) {
    const isValue = kind === 'literal' || kind === 'placeholder' || /^(?:true|false)$/i.test(text);
    if (!isValue) {
      if (kind === 'symbol' && text === ')' && isFoldedTuple(out)) continue;
      out.push(kind === 'word' ? text.toUpperCase() : text);
      continue;
    }
    // The sign of a negative number is part of it.
    const sign = out.at(-1);
    if ((sign === '-' || sign === '+') && isOperator(tokens[i - 2])) out.pop();
    if (out.at(-1) === ',' && out.at(-2) === '?') out.pop();
    else out.push('?');
  }
  return out
    .join(' ')
    .replaceAll(' . ', '.')
    .replaceAll('( ', '(')
    .replaceAll(' )', ')')
    .replaceAll(' ,', ',');
};

/** Folds `( ? ) , ( ?` to `( ?`, so that its closing parenthesis belongs to the first tuple. */
const isFoldedTuple = (out: string[]): boolean => {
  if (out.slice(-6).join('') !== '(?),(?') return false;
  out.splice(-3);
  return true;
};

/** Keywords behind which a sign belongs to a number; behind any other word it subtracts. */
const BEFORE_VALUE = /^(?:select|where|and|or|not|between|in|then|else|when|limit|offset|returning|by)$/i;

const isOperator = (token: Token | undefined): boolean =>
  token === undefined ||
  (token.kind === 'symbol' && token.text !== ')' && token.text !== ']') ||
  (token.kind === 'word' && BEFORE_VALUE.test(token.text));
