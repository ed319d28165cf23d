import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
  type CompletionSource,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { useEffect, useEffectEvent, useRef } from 'react';
import { highlight, type Tokenizer } from './highlight.js';
import { markedFault, setFault, type Fault } from './marked-fault.js';
import classes from './QueryEditor.module.css';

/** Query language of the editor. */
export interface EditorLanguage {
  readonly tokensOf: Tokenizer;
  readonly complete: CompletionSource;
  /** Text before the caret that opens the completion. */
  readonly opensCompletion: RegExp;
}

interface QueryEditorProps {
  readonly label: string;
  readonly placeholder: string;
  /** Must not change. */
  readonly language: EditorLanguage;
  readonly value: string;
  /** Position of a syntax error that the server reported, counted from 1. */
  readonly fault: Fault | undefined;
  readonly onChange: (query: string) => void;
  readonly onRun: () => void;
}

/** Query editor: Enter runs the query, Shift-Enter inserts a new line, Ctrl-Space completes. */
export const QueryEditor = ({
  label,
  language,
  value,
  fault,
  onChange,
  onRun,
  ...props
}: QueryEditorProps) => {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const run = useEffectEvent(onRun);
  const initial = useRef(value);
  const hint = props.placeholder;

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
            override: [language.complete],
            icons: false,
            activateOnTypingDelay: 60,
            interactionDelay: 0,
          }),
          highlight(language.tokensOf),
          markedFault,
          placeholder(hint),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({
            'aria-label': label,
            spellcheck: 'false',
            autocapitalize: 'off',
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed(update.state.doc.toString());
            if (update.docChanged && language.opensCompletion.test(textBefore(update.view)))
              startCompletion(update.view);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [language, label, hint]);

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
