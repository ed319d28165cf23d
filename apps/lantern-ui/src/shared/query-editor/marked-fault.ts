import { StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, type DecorationSet } from '@codemirror/view';
import classes from './QueryEditor.module.css';

/** Position in the query, counted from 1 as in the messages of Loki and Prometheus. */
export interface Fault {
  readonly line: number;
  readonly column: number;
}

export const setFault = StateEffect.define<Fault | undefined>();

/** Underlines the word at the fault until the query changes. */
export const markedFault = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    for (const effect of transaction.effects) {
      if (!effect.is(setFault)) continue;
      if (effect.value === undefined) return Decoration.none;
      const { doc } = transaction.state;
      if (effect.value.line > doc.lines || doc.length === 0) return Decoration.none;
      const line = doc.line(effect.value.line);
      const from = Math.min(line.from + effect.value.column - 1, doc.length - 1);
      const [word = ' '] = /^\w+/.exec(doc.sliceString(from, line.to)) ?? [];
      return Decoration.set(
        Decoration.mark({ class: classes.fault ?? '' }).range(from, Math.min(from + word.length, doc.length)),
      );
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});
