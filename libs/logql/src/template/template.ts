import type { UnixNano } from '@lantern/telemetry-model';
import { FUNCTIONS, type FunctionContext, type TemplateFunction } from './functions.js';
import type { CommandNode, OperandNode, PipelineNode, TemplateNode } from './node.js';
import { parseTemplate } from './parse-template.js';
import {
  TemplateError,
  TemplateMap,
  isList,
  isTrue,
  print,
  sortedKeys,
  typeName,
  type TemplateValue,
} from './value.js';

/** A line may grow by formatting, within reason. In UTF-16 units. */
const MAX_OUTPUT = 256 * 1024;

/** A template has no loops but over what it is given; nested ones still make many steps. */
const MAX_STEPS = 50_000;

/** A function's work on a text counts by its length. */
const CHARACTERS_PER_STEP = 64;

export interface TemplateInput {
  readonly labels: Readonly<Record<string, string>>;
  /** Value of `__line__`. */
  readonly line: string;
  /** Value of `__timestamp__`. */
  readonly timeUnixNano: UnixNano;
}

/** Thrown for `{{break}}` and `{{continue}}`. */
class LoopSignal extends Error {
  constructor(readonly kind: 'break' | 'continue') {
    super(kind);
  }
}

/** A template of Go's `text/template` with Loki's functions, or with those that the caller passes. */
export class Template {
  private readonly nodes: readonly TemplateNode[];

  /**
   * @param name name of the template in messages
   * @throws {TemplateError}
   */
  constructor(
    template: string,
    readonly name: string,
    private readonly functions: Readonly<Record<string, TemplateFunction>> = FUNCTIONS,
  ) {
    this.nodes = parseTemplate(template, name, (word) => Object.hasOwn(functions, word));
  }

  /** @throws {TemplateError} also when it takes or gives too much */
  execute({ labels, line, timeUnixNano }: TemplateInput): string {
    const dot = new TemplateMap(new Map(Object.entries(labels)), '');
    return new Execution(this.name, this.functions, dot, { line, timeUnixNano }).run(this.nodes);
  }

  /** Executes the template on any value as its dot. @throws {TemplateError} */
  executeOn(dot: TemplateValue): string {
    return new Execution(this.name, this.functions, dot, { line: '', timeUnixNano: 0n }).run(this.nodes);
  }
}

class Execution {
  private output = '';
  private steps = 0;
  private readonly variables: [name: string, value: TemplateValue][] = [];
  private readonly context: FunctionContext;

  constructor(
    private readonly name: string,
    private readonly functions: Readonly<Record<string, TemplateFunction>>,
    dot: TemplateValue,
    input: Pick<FunctionContext, 'line' | 'timeUnixNano'>,
  ) {
    this.context = { ...input, maxLength: MAX_OUTPUT, spend: (steps) => this.step(steps) };
    this.variables.push(['$', dot]);
  }

  run(nodes: readonly TemplateNode[]): string {
    this.runNodes(nodes, this.variables[0]?.[1] ?? null);
    return this.output;
  }

  private runNodes(nodes: readonly TemplateNode[], dot: TemplateValue): void {
    for (const node of nodes) {
      this.step();
      switch (node.kind) {
        case 'text':
          this.write(node.text);
          break;
        case 'action': {
          const value = this.evaluate(node.pipeline, dot);
          if (node.pipeline.variables.length === 0) this.write(print(value));
          break;
        }
        case 'if':
        case 'with': {
          const scope = this.variables.length;
          const value = this.evaluate(node.pipeline, dot);
          if (isTrue(value)) this.runNodes(node.body, node.kind === 'with' ? value : dot);
          else this.runNodes(node.otherwise, dot);
          this.variables.length = scope;
          break;
        }
        case 'range':
          this.runRange(node, dot);
          break;
        case 'break':
        case 'continue':
          throw new LoopSignal(node.kind);
      }
    }
  }

  private runRange(node: Extract<TemplateNode, { kind: 'if' | 'with' | 'range' }>, dot: TemplateValue): void {
    const scope = this.variables.length;
    // The variables of a range hold its elements, not the collection.
    const value = this.evaluate({ ...node.pipeline, variables: [] }, dot);
    let isEmpty = true;
    for (const [key, item] of itemsOf(value)) {
      isEmpty = false;
      this.step();
      const [first, second] = node.pipeline.variables;
      if (first !== undefined) this.variables.push([first, second === undefined ? item : key]);
      if (second !== undefined) this.variables.push([second, item]);
      try {
        this.runNodes(node.body, item);
      } catch (signal) {
        if (!(signal instanceof LoopSignal)) throw signal;
        if (signal.kind === 'break') break;
      } finally {
        this.variables.length = scope;
      }
    }
    if (isEmpty) this.runNodes(node.otherwise, dot);
    this.variables.length = scope;
  }

  private evaluate({ commands, variables, assigns }: PipelineNode, dot: TemplateValue): TemplateValue {
    let value: TemplateValue | undefined;
    for (const command of commands) value = this.runCommand(command, dot, value);
    const result = value ?? null;
    for (const name of variables) {
      const known = assigns ? this.variables.findLast(([other]) => other === name) : undefined;
      if (known) known[1] = result;
      else this.variables.push([name, result]);
    }
    return result;
  }

  private runCommand(
    [first, ...rest]: CommandNode,
    dot: TemplateValue,
    last: TemplateValue | undefined,
  ): TemplateValue {
    this.step();
    if (first?.kind === 'function') {
      // These look at an argument only when those before it do not decide.
      if (first.name === 'and' || first.name === 'or') return this.runLogic(first.name, rest, dot, last);
      const args = rest.map((operand) => this.operand(operand, dot));
      if (last !== undefined) args.push(last);
      return this.call(first.name, args);
    }
    if (first === undefined) return null;
    if (rest.length > 0 || last !== undefined) {
      throw this.error(`can't give argument to non-function ${describe(first)}`);
    }
    return this.operand(first, dot);
  }

  private runLogic(
    name: 'and' | 'or',
    operands: readonly OperandNode[],
    dot: TemplateValue,
    last: TemplateValue | undefined,
  ): TemplateValue {
    let value: TemplateValue = null;
    for (const operand of operands) {
      value = this.operand(operand, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    if (operands.length === 0 && last === undefined)
      throw this.error(`wrong number of args for ${name}: want at least 1 got 0`);
    return last ?? value;
  }

  private call(name: string, args: readonly TemplateValue[]): TemplateValue {
    const call = this.functions[name];
    if (!call) throw this.error(`"${name}" is not a defined function`);
    const given = args.reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? value.length : 0),
      0,
    );
    if (given > 4 * MAX_OUTPUT) throw this.tooLong();
    this.step(Math.ceil(given / CHARACTERS_PER_STEP));
    let result: TemplateValue;
    try {
      result = call(args, this.context);
    } catch (error) {
      throw this.error(`error calling ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    // Otherwise a text could double with every step.
    if (typeof result === 'string' && result.length > MAX_OUTPUT) throw this.tooLong();
    return result;
  }

  private operand(node: OperandNode, dot: TemplateValue): TemplateValue {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'function':
        return this.call(node.name, []);
      case 'path': {
        const { base } = node;
        let value: TemplateValue;
        if (base === undefined) value = dot;
        else if (typeof base === 'string') value = this.variable(base);
        else value = this.evaluate(base, dot);
        for (const field of node.fields) value = this.field(value, field);
        return value;
      }
    }
  }

  private variable(name: string): TemplateValue {
    return this.variables.findLast(([other]) => other === name)?.[1] ?? null;
  }

  private field(value: TemplateValue, name: string): TemplateValue {
    if (value instanceof TemplateMap) return value.entries.get(name) ?? value.zero;
    if (value === null) throw this.error(`nil pointer evaluating interface {}.${name}`);
    throw this.error(`can't evaluate field ${name} in type ${typeName(value)}`);
  }

  private write(text: string): void {
    this.output += text;
    if (this.output.length > MAX_OUTPUT) throw this.tooLong();
  }

  private step(count = 1): void {
    this.steps += count;
    if (this.steps > MAX_STEPS) throw this.error(`more than ${MAX_STEPS} steps`);
  }

  private tooLong(): TemplateError {
    return this.error(`a text is longer than ${MAX_OUTPUT} characters`);
  }

  private error(reason: string): TemplateError {
    return new TemplateError(`template: ${this.name}: executing "${this.name}": ${reason}`);
  }
}

const describe = (operand: OperandNode): string => {
  if (operand.kind === 'literal') return print(operand.value);
  if (operand.kind === 'function') return operand.name;
  return `${typeof operand.base === 'string' ? operand.base : ''}.${operand.fields.join('.')}`;
};

function* itemsOf(value: TemplateValue): Generator<readonly [key: TemplateValue, item: TemplateValue]> {
  if (isList(value)) {
    for (const [index, item] of value.entries()) yield [BigInt(index), item];
  } else if (value instanceof TemplateMap) {
    for (const key of sortedKeys(value)) yield [key, value.entries.get(key) ?? null];
  } else if (typeof value === 'bigint') {
    for (let index = 0n; index < value; index++) yield [index, index];
  } else if (value !== null) {
    throw new TemplateError(`range can't iterate over ${print(value)}`);
  }
}
