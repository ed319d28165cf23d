/** Parts of a query that a span may contain: its verb, its main table, its text without values. */
export interface SqlSummary {
  /** `SELECT`, `INSERT`, `CREATE TABLE`; absent when the text does not begin with a word. */
  operation: string | undefined;
  /** As written, without quotes: `users`, `shop.orders`. Absent when there is none, or it is not obvious. */
  table: string | undefined;
  /** The text with literals replaced by `?`; placeholders stay. */
  text: string;
}

/** Maximum length of a text, in characters. Longer texts are truncated: bulk inserts repeat themselves. */
const MAX_TEXT_LENGTH = 4096;

/** Maximum number of characters that are parsed. What follows them is not shown anyway. */
const MAX_PARSED_LENGTH = 8192;

/** How the database writes literals and quotes names; the rest of SQL is parsed the same way. */
const backslashEscapes = new Set(['mysql', 'mariadb']);
const bracketedNames = new Set(['microsoft.sql_server']);

const kinds = ['blank', 'comment', 'literal', 'name', 'placeholder', 'word', 'other'] as const;

type TokenKind = (typeof kinds)[number];

interface Token {
  kind: TokenKind;
  text: string;
}

/**
 * Reads a SQL text just far enough, by https://opentelemetry.io/docs/specs/semconv/db/database-spans/. It knows strings,
 * comments, quoted names and parentheses, so that none of them is taken for something else; it is no parser.
 */
export const summarizeSql = (sql: string, system: string): SqlSummary => {
  const tokens = tokenize(sql.slice(0, MAX_PARSED_LENGTH), system);
  const text = tokens.map((token) => (token.kind === 'literal' ? '?' : token.text)).join('');
  const outline = topLevel(tokens);
  const operation = operationOf(outline);
  return {
    operation,
    table: operation === undefined ? undefined : tableOf(outline, operation),
    text: text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text,
  };
};

/**
 * Returns the text with literals replaced by `?`, as {@link summarizeSql} does it, without reading the rest. Drivers that write
 * the values into the text send a new text each time.
 */
export const withoutLiterals = (sql: string, system: string): string =>
  sql
    .slice(0, MAX_PARSED_LENGTH)
    .replace(patternsOf(system).literals, (text: string, literal: string | undefined) =>
      literal === undefined ? text : '?',
    );

interface Patterns {
  /** Matches each token, in a group of the name of its kind. */
  tokens: RegExp;
  /** Matches literals, in the first group, and tokens that may contain something that looks like one. */
  literals: RegExp;
}

const patterns = new Map<string, Patterns>();

const patternsOf = (system: string): Patterns => {
  let found = patterns.get(system);
  if (!found) {
    const sources = sourcesOf(system);
    const { literal, comment, name, placeholder, word } = sources;
    const tokens = kinds.map((kind) => `(?<${kind}>${sources[kind]})`);
    found = {
      tokens: new RegExp(tokens.join('|'), 'gu'),
      literals: new RegExp([`(${literal})`, comment, name, placeholder, word].join('|'), 'gu'),
    };
    patterns.set(system, found);
  }
  return found;
};

const tokenize = (sql: string, system: string): Token[] =>
  [...sql.matchAll(patternsOf(system).tokens)].map(({ 0: text, groups }) => ({
    kind: kinds.find((kind) => groups?.[kind] !== undefined) ?? 'other',
    text,
  }));

/** One expression for each kind: Node 20 and 22 reject a group whose name is used twice. */
const sourcesOf = (system: string): Record<TokenKind, string> => {
  const mysql = backslashEscapes.has(system);
  const doubleQuoted = String.raw`"(?:[^"]|"")*(?:"|$)`;
  return {
    blank: String.raw`\s+`,
    comment: String.raw`--[^\n]*|/\*[^]*?(?:\*/|$)`,
    literal: [
      String.raw`[eE]'(?:[^'\\]|\\[^]|'')*(?:'|$)`,
      String.raw`[bBnNxX]?'(?:${mysql ? String.raw`[^'\\]|\\[^]` : `[^']`}|'')*(?:'|$)`,
      String.raw`\$(?<tag>[A-Za-z_]\w*)?\$[^]*?(?:\$\k<tag>\$|$)`,
      // Double quotes hold a string in MySQL, a name anywhere else.
      ...(mysql ? [doubleQuoted] : []),
      String.raw`\d[\w.]*`,
    ].join('|'),
    name: [
      '`(?:[^`]|``)*(?:`|$)',
      ...(mysql ? [] : [doubleQuoted]),
      ...(bracketedNames.has(system) ? [String.raw`\[[^\]]*(?:\]|$)`] : []),
    ].join('|'),
    placeholder: String.raw`[$:@?]\w+|\?`,
    word: String.raw`[\p{L}_][\p{L}\p{N}_$]*`,
    other: '[^]',
  };
};

/** The tokens that matter outside of parentheses, where subqueries and lists stand. */
const topLevel = (tokens: readonly Token[]): Token[] => {
  const outline: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth++;
    else if (token.text === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0 && token.kind !== 'blank' && token.kind !== 'comment') outline.push(token);
    if (token.text === '(' && depth === 1) outline.push(token);
  }
  return outline;
};

const verbs = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'REPLACE']);
const schemaVerbs = new Set(['CREATE', 'ALTER', 'DROP']);

const operationOf = (outline: readonly Token[]): string | undefined => {
  const words = outline.filter(({ kind }) => kind === 'word').map(({ text }) => text.toUpperCase());
  const [first] = words;
  if (first === undefined || outline.find(({ text }) => text !== '(')?.kind !== 'word') return undefined;
  // Common table expressions are in parentheses, so the first verb outside is the statement's.
  if (first === 'WITH') return words.find((word) => verbs.has(word)) ?? first;
  if (schemaVerbs.has(first)) {
    const object = words.find((word) =>
      /^(?:TABLE|INDEX|VIEW|SCHEMA|TYPE|TRIGGER|FUNCTION|DATABASE)$/.test(word),
    );
    return object === undefined ? first : `${first} ${object}`;
  }
  return first;
};

/** The word before the table's name. */
const introductions: Record<string, string> = {
  SELECT: 'FROM',
  DELETE: 'FROM',
  INSERT: 'INTO',
  REPLACE: 'INTO',
  MERGE: 'INTO',
  UPDATE: 'UPDATE',
  'CREATE TABLE': 'TABLE',
  'ALTER TABLE': 'TABLE',
  'DROP TABLE': 'TABLE',
};

const between = new Set(['ONLY', 'IF', 'NOT', 'EXISTS', 'OR', 'IGNORE', 'ABORT', 'FAIL', 'ROLLBACK']);

const tableOf = (outline: readonly Token[], operation: string): string | undefined => {
  const introduction = introductions[operation];
  const verbAt = outline.findIndex(({ text }) => text.toUpperCase() === operation.split(' ')[0]);
  const at = outline.findIndex(
    ({ kind, text }, index) => index >= verbAt && kind === 'word' && text.toUpperCase() === introduction,
  );
  if (at === -1) return undefined;
  let start = at + 1;
  while (between.has(outline[start]?.text.toUpperCase() ?? '')) start++;
  const parts: string[] = [];
  for (let index = start; isName(outline[index]); index += 2) {
    parts.push(unquote(outline[index]?.text ?? ''));
    if (outline[index + 1]?.text !== '.') break;
  }
  return parts.length === 0 ? undefined : parts.join('.');
};

const isName = (token: Token | undefined): boolean => token?.kind === 'word' || token?.kind === 'name';

const unquote = (name: string): string => name.replace(/^["`[]|["`\]]$/g, '').replace(/(["`])\1/g, '$1');
