import { RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate,
} from '@codemirror/view';
import { logqlTokens } from './logql-tokens.js';
import classes from './QueryEditor.module.css';

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

const decorationsOf = (view: EditorView): DecorationSet => {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { kind, start, end } of logqlTokens(view.state.doc.toString())) {
    const mark = MARKS[kind];
    if (mark !== undefined) builder.add(start, end, Decoration.mark({ class: mark }));
  }
  return builder.finish();
};

/** Highlights the whole query after every change; queries are short. */
export const highlightLogql = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorationsOf(view);
    }

    update({ docChanged, view }: ViewUpdate): void {
      if (docChanged) this.decorations = decorationsOf(view);
    }
  },
  { decorations: ({ decorations }) => decorations },
);
