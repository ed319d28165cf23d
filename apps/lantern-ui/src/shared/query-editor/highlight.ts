import { RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';
import classes from './QueryEditor.module.css';

/** Token of a query language; `kind` selects its color. */
export interface QueryToken {
  readonly kind:
    'comment' | 'string' | 'number' | 'range' | 'operator' | 'punctuation' | 'function' | 'keyword' | 'name';
  /** Start offset in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export type Tokenizer = (query: string) => readonly QueryToken[];

const MARKS = {
  comment: classes.comment,
  string: classes.string,
  number: classes.number,
  range: classes.number,
  operator: classes.operator,
  function: classes.function,
  keyword: classes.keyword,
  name: classes.label,
  punctuation: undefined,
};

const decorationsOf = (view: EditorView, tokensOf: Tokenizer): DecorationSet => {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { kind, start, end } of tokensOf(view.state.doc.toString())) {
    const mark = MARKS[kind];
    if (mark !== undefined) builder.add(start, end, Decoration.mark({ class: mark }));
  }
  return builder.finish();
};

/** Highlights the whole query after every change; queries are short. */
export const highlight = (tokensOf: Tokenizer) =>
  ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = decorationsOf(view, tokensOf);
      }

      update({ docChanged, view }: ViewUpdate): void {
        if (docChanged) this.decorations = decorationsOf(view, tokensOf);
      }
    },
    { decorations: ({ decorations }) => decorations },
  );
