import type { TemplateValue } from './value.js';

/** A template as a tree. @see https://pkg.go.dev/text/template */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: PipelineNode }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: PipelineNode;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'break' | 'continue' };

/** `$a, $b := first arg | second`: commands, each of which gets the result of the previous one as its last argument. */
export interface PipelineNode {
  readonly variables: readonly string[];
  /** Gives a variable of outside another value instead of making one. */
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
}

/** A value, or a function with its arguments. */
export type CommandNode = readonly OperandNode[];

export type OperandNode =
  | { readonly kind: 'literal'; readonly value: TemplateValue }
  | { readonly kind: 'function'; readonly name: string }
  | {
      readonly kind: 'path';
      /** Undefined for the dot; otherwise a variable or an expression in parentheses. */
      readonly base: string | PipelineNode | undefined;
      readonly fields: readonly string[];
    };
