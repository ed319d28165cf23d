import { LogqlParseError } from '../parse-error.js';
import { isLabelName } from './label-name.js';
import type { LineStage } from './line-stage.js';

/** A literal text, or a capture between two texts: `<name>`, or `<_>` for a discarded one. */
type PatternPart = { readonly text: string } | { readonly capture: string | undefined };

const isText = (part: PatternPart): part is { readonly text: string } => 'text' in part;

const CAPTURE = /<([a-zA-Z_][a-zA-Z0-9_]*)>/g;

const parsePattern = (pattern: string): PatternPart[] => {
  const parts: PatternPart[] = [];
  let end = 0;
  for (const match of pattern.matchAll(CAPTURE)) {
    if (match.index > end) parts.push({ text: pattern.slice(end, match.index) });
    parts.push({ capture: match[1] === '_' ? undefined : match[1] });
    end = match.index + match[0].length;
  }
  if (end < pattern.length) parts.push({ text: pattern.slice(end) });
  if (parts.some((part, index) => index > 0 && !isText(part) && !isText(parts[index - 1] ?? part))) {
    throw new LogqlParseError('found consecutive capture');
  }
  return parts;
};

/**
 * `| pattern "<ip> - <_> <method>"`: splits the line at the texts of the pattern, from the left.
 *
 * @throws {LogqlParseError}
 */
export const compilePatternParser = (pattern: string): LineStage => {
  const parts = orInvalid(pattern);
  const names = parts.flatMap((part) => (isText(part) ? [] : (part.capture ?? [])));
  if (names.length === 0) throw invalid('at least one capture is required');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`duplicate capture name (${twice})`);
  const wrong = names.find((name) => !isLabelName(name));
  if (wrong !== undefined) throw invalid(`invalid capture label name '${wrong}'`);

  return (line, labels) => {
    if (labels.isComplete) return line;
    let at = 0;
    for (const [index, part] of parts.entries()) {
      if (isText(part)) {
        // Behind a capture the text has been found already.
        if (index === 0 && !line.startsWith(part.text)) return line;
        if (index === 0) at = part.text.length;
        continue;
      }
      const next = parts[index + 1];
      const end = next !== undefined && isText(next) ? line.indexOf(next.text, at) : -1;
      // When the next text is missing, the capture is the rest of the line.
      const value = end < 0 ? line.slice(at) : line.slice(at, end);
      if (part.capture !== undefined && line !== '') labels.extract(part.capture, value);
      if (end < 0) return line;
      at = end + (next !== undefined && isText(next) ? next.text.length : 0);
    }
    return line;
  };
};

const invalid = (reason: string) => new LogqlParseError(`invalid pattern parser: ${reason}`);

const orInvalid = (pattern: string): PatternPart[] => {
  try {
    return parsePattern(pattern);
  } catch (error) {
    throw invalid(error instanceof LogqlParseError ? error.reason : String(error));
  }
};

/**
 * `|> "<_> err <_>"`: whether the whole line looks like the pattern, each `<_>` being at least one character.
 *
 * @throws {LogqlParseError}
 */
export const compilePatternTest = (pattern: string): ((line: string) => boolean) => {
  const parts = parsePattern(pattern);
  if (parts.some((part) => !isText(part) && part.capture !== undefined)) {
    throw new LogqlParseError('named captures are not allowed in a pattern filter');
  }
  const last = parts.at(-1);
  return (line) => {
    if (line === '' || last === undefined) return line === '' && last === undefined;
    let at = 0;
    for (const [index, part] of parts.entries()) {
      if (!isText(part)) continue;
      const found = line.indexOf(part.text, at);
      // The first text is at the start of the line. A wildcard before any other text has at least one character.
      if (found < 0 || (index === 0 ? found !== 0 : found === at)) return false;
      at = found + part.text.length;
    }
    return isText(last) ? at === line.length : at < line.length;
  };
};
