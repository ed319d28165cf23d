/** Conditions on attributes: each key must have exactly this value. */
export type Tags = Readonly<Record<string, string>>;

/** Syntax error of a tag list. The message names the fault and its place. */
export class TagSyntaxError extends Error {
  override readonly name = 'TagSyntaxError';
}

const TOKEN = /\s*(?:([^\s="]+)|(=))/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const BARE = /[^\s"]+/y;

/**
 * Parses tags in logfmt, as Jaeger’s form does: `error=true http.route="/users/:id"`. A key without a value means
 * `true`; spaces around `=` are ignored.
 *
 * @throws {TagSyntaxError}
 */
export const parseTags = (text: string): Tags => {
  const tags = new Map<string, string>();
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const skipBlanks = () => take(/\s*/y);

  for (skipBlanks(); at < text.length; skipBlanks()) {
    const start = at;
    const key = take(TOKEN)?.[1];
    if (key === undefined) {
      throw new TagSyntaxError(
        `A key is missing before “${text.slice(start, start + 12)}”. Write key=value or key="two words".`,
      );
    }
    const afterKey = at;
    skipBlanks();
    if (text[at] !== '=') {
      at = afterKey;
      tags.set(key, 'true');
      continue;
    }
    at++;
    skipBlanks();
    if (text[at] === '"') {
      const quoted = take(QUOTED);
      if (quoted === null) throw new TagSyntaxError(`The quotation mark of ${key} is not closed.`);
      tags.set(key, (quoted[1] ?? '').replace(/\\(.)/g, '$1'));
    } else {
      tags.set(key, take(BARE)?.[0] ?? '');
    }
  }
  return Object.fromEntries(tags);
};

/** Formats tags. Inverse of {@link parseTags}. */
export const formatTags = (tags: Tags): string =>
  Object.entries(tags)
    .map(([key, value]) => `${key}=${quotedTag(value)}`)
    .join(' ');

/** Returns the value for {@link parseTags}, in quotes unless it is a single word. */
export const quotedTag = (value: string): string =>
  needsQuotes(value) ? `"${value.replace(/["\\]/g, String.raw`\$&`)}"` : value;

const needsQuotes = (value: string): boolean => value === '' || /[\s"=]/.test(value);

/** Key or value that the caret is in, and the part of the text that a completion replaces. */
export interface TagPlace {
  /** Key whose value is being typed. Undefined while a key is being typed. */
  readonly key: string | undefined;
  readonly typed: string;
  readonly from: number;
  readonly to: number;
}

const TAG_AT = /([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"?|([^\s"]*))|[^\s="]+/g;

/** Returns the place of the caret: `http.r|` is a key, `http.route=/us|` a value. */
export const tagPlaceAt = (text: string, caret: number): TagPlace => {
  for (const match of text.matchAll(TAG_AT)) {
    const [tag, key] = match;
    const { index } = match;
    const end = index + tag.length;
    if (caret <= index || caret > end) continue;
    const from = key === undefined ? index : index + key.length + 1;
    if (caret < from) return { key: undefined, typed: text.slice(index, caret), from: index, to: from };
    return { key, typed: text.slice(from, caret).replace(/^"/, ''), from, to: end };
  }
  return { key: undefined, typed: '', from: caret, to: caret };
};
