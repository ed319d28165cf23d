import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { completeLogql } from './complete-logql.js';
import { highlightLogql } from './highlight-logql.js';
import { markedFault, setFault } from './marked-fault.js';
import { ANY_SERVICE } from './logs-params.js';
import classes from './QueryEditor.module.css';

interface QueryEditorProps {
  readonly value: string;
  /** Position of a syntax error that the server reported, counted from 1. */
  readonly fault: { readonly line: number; readonly column: number } | undefined;
  readonly onChange: (query: string) => void;
  readonly onRun: () => void;
}

/** LogQL editor: Enter runs the query, Shift-Enter inserts a new line, Ctrl-Space completes. */
const QueryEditor = ({ value, fault, onChange, onRun }: QueryEditorProps) => {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const client = useQueryClient();
  const changed = useEffectEvent(onChange);
  const run = useEffectEvent(onRun);
  const initial = useRef(value);

  useEffect(() => {
    if (host.current === null) return undefined;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: initial.current,
        extensions: [
          // Precedes the default keys, follows those of an open completion.
          Prec.high(
            keymap.of([
              {
                key: 'Enter',
                run: () => {
                  run();
                  return true;
                },
              },
            ]),
          ),
          Prec.highest(keymap.of(completionKeymap)),
          keymap.of([...closeBracketsKeymap, ...historyKeymap, ...defaultKeymap]),
          history(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({
            override: [completeLogql(client)],
            icons: false,
            activateOnTypingDelay: 60,
            interactionDelay: 0,
          }),
          highlightLogql,
          markedFault,
          placeholder(ANY_SERVICE),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({
            'aria-label': 'LogQL query',
            spellcheck: 'false',
            autocapitalize: 'off',
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
            // Opening a selector starts the completion of labels.
            if (update.docChanged && /[{|,=]\s?$/.test(textBefore(update.view))) startCompletion(update.view);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [client]);

  // Applies changes from outside: links, history navigation, field filters.
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  const [line, column] = [fault?.line, fault?.column];
  useEffect(() => {
    view.current?.dispatch({
      effects: setFault.of(line === undefined || column === undefined ? undefined : { line, column }),
    });
  }, [line, column]);

  return <div ref={host} className={classes.editor} />;
};

const textBefore = ({ state }: EditorView): string => {
  const { head } = state.selection.main;
  return state.sliceDoc(Math.max(0, head - 3), head);
};

export default QueryEditor;
