import { unquote } from '../string-literal.js';
import type { CommandNode, OperandNode, PipelineNode, TemplateNode } from './node.js';
import { TemplateError } from './value.js';

const MAX_NESTING = 50;

const TOKEN =
  /\s+|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'|[-+]?(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|\$?[\p{L}_][\p{L}\p{Nd}_]*|\$|:=|[=|(),]|\.[\p{L}_][\p{L}\p{Nd}_]*|\./uy;

interface Segment {
  readonly kind: 'text' | 'action';
  readonly text: string;
  readonly line: number;
}

/** Cuts a template at its actions; `{{-` and `-}}` take the white space beside them away. */
const segmentsOf = (template: string, name: string): Segment[] => {
  const segments: Segment[] = [];
  let offset = 0;
  let trimNext = false;
  const lineAt = (position: number) => template.slice(0, position).split('\n').length;
  while (offset <= template.length) {
    const open = template.indexOf('{{', offset);
    let text = template.slice(offset, open < 0 ? undefined : open);
    if (trimNext) text = text.trimStart();
    const trims = open >= 0 && /^\{\{-\s/.test(template.slice(open, open + 4));
    if (trims) text = text.trimEnd();
    if (text !== '') segments.push({ kind: 'text', text, line: lineAt(offset) });
    if (open < 0) break;
    const start = open + (trims ? 3 : 2);
    const { end, close } = endOfAction(template, start, `template: ${name}:${lineAt(open)}`);
    trimNext = close - end === 3;
    const action = template.slice(start, end).trim();
    if (!/^\/\*[\s\S]*\*\/$/.test(action))
      segments.push({ kind: 'action', text: action, line: lineAt(open) });
    offset = close;
  }
  return segments;
};

/** @returns where the action ends, and where its closing braces do */
const endOfAction = (template: string, start: number, at: string): { end: number; close: number } => {
  const comment = /^\s*\/\*/.test(template.slice(start, start + 10));
  if (comment) {
    const end = template.indexOf('*/', start);
    const [braces] = end < 0 ? [] : (/^\s*-?\}\}/.exec(template.slice(end + 2)) ?? []);
    if (braces === undefined) throw new TemplateError(`${at}: unclosed comment`);
    const close = end + 2 + braces.length;
    return { end: close - (braces.trim().startsWith('-') ? 3 : 2), close };
  }
  for (let offset = start; offset < template.length; offset++) {
    const character = template.charAt(offset);
    if (character === '"' || character === '`' || character === "'") {
      offset = endOfQuoted(template, offset, at);
    } else if (template.startsWith('}}', offset)) {
      const trims = /\s-$/.test(template.slice(Math.max(start, offset - 2), offset));
      return { end: trims ? offset - 1 : offset, close: offset + 2 };
    }
  }
  throw new TemplateError(`${at}: unclosed action`);
};

const endOfQuoted = (template: string, start: number, at: string): number => {
  const quote = template.charAt(start);
  for (let offset = start + 1; offset < template.length; offset++) {
    const character = template.charAt(offset);
    if (character === '\\' && quote !== '`') offset++;
    else if (character === quote) return offset;
    else if (character === '\n' && quote !== '`') break;
  }
  throw new TemplateError(
    `${at}: unterminated ${quote === '`' ? 'raw quoted string' : quote === '"' ? 'quoted string' : 'character constant'}`,
  );
};

/**
 * Reads a template in the language of Go's `text/template`, without templates within templates.
 *
 * @param name name of the template in messages
 * @param isFunction whether a function of that name exists
 * @throws {TemplateError}
 */
export const parseTemplate = (
  template: string,
  name: string,
  isFunction: (name: string) => boolean,
): readonly TemplateNode[] => new TemplateParser(segmentsOf(template, name), name, isFunction).parse();

class TemplateParser {
  private position = 0;
  private depth = 0;
  private line = 1;
  private tokens: string[] = [];
  private token = 0;
  private readonly variables: string[] = ['$'];

  constructor(
    private readonly segments: readonly Segment[],
    private readonly name: string,
    private readonly isFunction: (name: string) => boolean,
  ) {}

  parse(): readonly TemplateNode[] {
    const { nodes, stop } = this.parseList(false);
    if (stop !== undefined) throw this.error(`unexpected {{${stop}}}`);
    return nodes;
  }

  /** Up to the end, or up to `{{else …}}` or `{{end}}`, which is then the current action. */
  private parseList(inRange: boolean): { nodes: TemplateNode[]; stop?: string } {
    if (++this.depth > MAX_NESTING) throw this.error('nested too deeply');
    const nodes: TemplateNode[] = [];
    for (;;) {
      const segment = this.segments[this.position++];
      if (segment === undefined) {
        this.depth--;
        return { nodes };
      }
      this.line = segment.line;
      if (segment.kind === 'text') {
        nodes.push({ kind: 'text', text: segment.text });
        continue;
      }
      this.tokens = this.tokenize(segment.text);
      this.token = 0;
      const word = this.peek();
      if (word === 'end' || word === 'else') {
        this.depth--;
        return { nodes, stop: word };
      }
      nodes.push(this.parseAction(word, inRange));
    }
  }

  private parseAction(word: string | undefined, inRange: boolean): TemplateNode {
    switch (word) {
      case undefined:
        throw this.error('missing value for command');
      case 'if':
      case 'with':
      case 'range':
        this.token++;
        return this.parseControl(word, inRange);
      case 'break':
      case 'continue':
        if (!inRange) throw this.error(`{{${word}}} outside {{range}}`);
        this.token++;
        this.expectEnd(word);
        return { kind: word };
      case 'template':
      case 'define':
      case 'block':
        throw this.error(`{{${word}}} is not supported`);
      default: {
        const pipeline = this.parsePipeline();
        this.expectEnd('command');
        return { kind: 'action', pipeline };
      }
    }
  }

  private parseControl(kind: 'if' | 'with' | 'range', outerRange: boolean): TemplateNode {
    const scope = this.variables.length;
    const inRange = outerRange || kind === 'range';
    const pipeline = this.parsePipeline(kind === 'range' ? 2 : 1);
    this.expectEnd(kind);
    const { nodes: body, stop } = this.parseList(inRange);
    let otherwise: readonly TemplateNode[] = [];
    if (stop === 'else') {
      this.token++;
      const chained = this.peek();
      if (kind !== 'range' && chained === kind) {
        this.token++;
        if (++this.depth > MAX_NESTING) throw this.error('nested too deeply');
        otherwise = [this.parseControl(kind, outerRange)];
        this.depth--;
        this.variables.length = scope;
        return { kind, pipeline, body, otherwise };
      }
      this.expectEnd('else');
      const rest = this.parseList(outerRange);
      if (rest.stop === 'else') throw this.error('expected end; found {{else}}');
      if (rest.stop === undefined) throw this.error('unexpected EOF');
      otherwise = rest.nodes;
    } else if (stop === undefined) throw this.error('unexpected EOF');
    this.variables.length = scope;
    return { kind, pipeline, body, otherwise };
  }

  private parsePipeline(maxVariables = 1): PipelineNode {
    const { variables, assigns } = this.parseDeclaration(maxVariables);
    const commands: CommandNode[] = [];
    do commands.push(this.parseCommand(commands.length === 0));
    while (this.accept('|'));
    if (!assigns) this.variables.push(...variables);
    return { variables, assigns, commands };
  }

  private parseDeclaration(maxVariables: number): { variables: string[]; assigns: boolean } {
    const first = this.peek();
    const second = this.tokens[this.token + 1];
    if (first === undefined || !/^\$./u.test(first)) return { variables: [], assigns: false };
    if (second === ':=' || second === '=') {
      this.token += 2;
      if (second === '=') this.checkVariable(first);
      return { variables: [first], assigns: second === '=' };
    }
    const [third, fourth] = [this.tokens[this.token + 2], this.tokens[this.token + 3]];
    if (maxVariables === 2 && second === ',' && third !== undefined && fourth === ':=') {
      this.token += 4;
      return { variables: [first, third], assigns: false };
    }
    return { variables: [], assigns: false };
  }

  private parseCommand(isFirst: boolean): CommandNode {
    const operands: OperandNode[] = [];
    for (
      let token = this.peek();
      token !== undefined && token !== '|' && token !== ')';
      token = this.peek()
    ) {
      operands.push(this.parseOperand());
    }
    const [first] = operands;
    if (first === undefined) throw this.error('missing value for command');
    if (first.kind === 'literal' && !isFirst) throw this.error('non executable command in pipeline');
    return operands;
  }

  private parseOperand(): OperandNode {
    const token = this.tokens[this.token++] ?? '';
    if (token === '(') {
      if (++this.depth > MAX_NESTING) throw this.error('nested too deeply');
      const base = this.parsePipeline();
      this.depth--;
      if (!this.accept(')')) throw this.error('unclosed left paren');
      return { kind: 'path', base, fields: this.parseFields() };
    }
    if (token === '.') return { kind: 'path', base: undefined, fields: [] };
    if (token.startsWith('.') && !/^\.\d/.test(token)) {
      return { kind: 'path', base: undefined, fields: [token.slice(1), ...this.parseFields()] };
    }
    if (token.startsWith('$')) {
      this.checkVariable(token);
      return { kind: 'path', base: token, fields: this.parseFields() };
    }
    if (token.startsWith('"') || token.startsWith('`')) {
      const value = unquote(token);
      if (value === undefined) throw this.error(`invalid syntax`);
      return { kind: 'literal', value };
    }
    if (token.startsWith("'")) {
      const value = unquote(`"${token.slice(1, -1).replaceAll('"', '\\"')}"`) ?? '';
      return { kind: 'literal', value: BigInt(value.codePointAt(0) ?? 0) };
    }
    if (/^[-+.\d]/.test(token)) return { kind: 'literal', value: this.number(token) };
    if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' };
    if (token === 'nil') return { kind: 'literal', value: null };
    if (/^[\p{L}_]/u.test(token)) {
      if (!this.isFunction(token)) throw this.error(`function "${token}" not defined`);
      return { kind: 'function', name: token };
    }
    throw this.error(`unexpected "${token}" in operand`);
  }

  private parseFields(): string[] {
    const fields: string[] = [];
    // White space between them would make them arguments.
    for (
      let token = this.peek();
      token !== undefined && /^\.[\p{L}_]/u.test(token) && this.isAttached();
      token = this.peek()
    ) {
      fields.push(token.slice(1));
      this.token++;
    }
    return fields;
  }

  private isAttached(): boolean {
    return !this.spaced.has(this.token);
  }

  /** Tokens in front of which is white space. */
  private readonly spaced = new Set<number>();

  private number(text: string): bigint | number {
    const digits = text.replaceAll('_', '');
    if (/^[-+]?(?:0x[\da-f]+|\d+)$/i.test(digits)) {
      const value = BigInt(digits.replace(/^[-+]/, ''));
      return digits.startsWith('-') ? -value : value;
    }
    const value = Number(digits);
    if (Number.isNaN(value)) throw this.error(`bad number syntax: "${text}"`);
    return value;
  }

  private tokenize(action: string): string[] {
    this.spaced.clear();
    const tokens: string[] = [];
    let offset = 0;
    while (offset < action.length) {
      TOKEN.lastIndex = offset;
      const [token] = TOKEN.exec(action) ?? [];
      if (token === undefined) {
        const odd = String.fromCodePoint(action.codePointAt(offset) ?? 0);
        throw this.error(`unexpected "${odd}" in operand`);
      }
      if (/^\s/.test(token)) this.spaced.add(tokens.length);
      else tokens.push(token);
      offset += token.length;
    }
    return tokens;
  }

  private checkVariable(name: string): void {
    if (!this.variables.includes(name)) throw this.error(`undefined variable "${name}"`);
  }

  private peek(): string | undefined {
    return this.tokens[this.token];
  }

  private accept(token: string): boolean {
    const found = this.peek() === token;
    if (found) this.token++;
    return found;
  }

  private expectEnd(context: string): void {
    const rest = this.peek();
    if (rest !== undefined) throw this.error(`unexpected "${rest}" in ${context}`);
  }

  private error(reason: string): TemplateError {
    return new TemplateError(`template: ${this.name}:${this.line}: ${reason}`);
  }
}
