import { Combobox, useCombobox } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import classes from './CompletingInput.module.css';
import { piecesOf, type TextMark, type TextProblem } from './text-marks.js';
import { visibleText } from './visible-text.js';

export type { TextMark } from './text-marks.js';

/** Range that a completion replaces: from `from` to `to`. */
export interface TextPlace {
  readonly from: number;
  readonly to: number;
}

export interface CompletionOption {
  /** Text to insert. */
  readonly insert: string;
  /** Text of the option; `insert` if undefined. */
  readonly label?: string;
  /** Hint after the text: its meaning or its frequency. */
  readonly hint?: string;
}

interface CompletingInputProps<Place extends TextPlace> {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Called on Enter without a selected option. Undefined if the surrounding form submits. */
  readonly onSubmit?: () => void;
  readonly marks?: (value: string) => readonly TextMark[];
  readonly problem?: TextProblem | undefined;
  /** Whether the error message is shown. It is hidden while the user types. */
  readonly isProblemTold?: boolean;
  readonly placeAt: (value: string, caret: number) => Place;
  /** Loads the completions of a place, best first. */
  readonly load: (place: Place) => Promise<readonly CompletionOption[]>;
  /** Key of the data that `load` depends on besides the place. */
  readonly loadKey: string;
  readonly leftSection?: ReactNode;
  readonly rightSection?: ReactNode;
}

const MOST_OPTIONS = 50;

/** Single-line input for a small language, with highlighting, an underlined error and completion. */
export const CompletingInput = <Place extends TextPlace>(props: CompletingInputProps<Place>) => {
  const { label, isLabelHidden = false, value, onChange, problem, isProblemTold = false } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>();
  /** Caret position to restore after a completion was inserted. */
  const nextCaret = useRef<number>(undefined);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });

  const options = useQuery({
    queryKey: ['completion', label, props.loadKey, place],
    queryFn: () => (place === undefined ? [] : props.load(place)),
    enabled: place !== undefined && combobox.dropdownOpened,
    placeholderData: keepPreviousData,
    // A failed completion shows no options. The search itself will report errors of the server.
    retry: false,
  });
  const shown = options.data?.slice(0, MOST_OPTIONS) ?? [];

  const follow = () => {
    const caret = input.current?.selectionStart ?? value.length;
    setPlace(props.placeAt(input.current?.value ?? value, caret));
    // New options reset the selection, so that Enter still submits the text.
    combobox.resetSelectedOption();
    combobox.openDropdown();
  };
  const choose = (index: string) => {
    const option = shown[Number(index)];
    if (option === undefined || place === undefined) return;
    nextCaret.current = place.from + option.insert.length;
    onChange(value.slice(0, place.from) + option.insert + value.slice(place.to));
  };
  useEffect(() => {
    if (nextCaret.current === undefined) return;
    input.current?.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = undefined;
    follow();
  });

  const isTold = isProblemTold && problem !== undefined;
  return (
    <div className={classes.field}>
      <label htmlFor={id} className={isLabelHidden ? classes.hidden : classes.label}>
        {label}
      </label>
      <Combobox
        store={combobox}
        onOptionSubmit={choose}
        offset={4}
        shadow="md"
        size="xs"
        width="max-content"
        position="bottom-start"
      >
        <Combobox.DropdownTarget>
          <div className={classes.box} data-invalid={isTold}>
            {props.leftSection}
            <div className={classes.text}>
              <div ref={mirror} className={classes.mirror} aria-hidden>
                {piecesOf(value, props.marks?.(value) ?? [], problem).map(({ text, kind, isWrong, from }) => (
                  <span key={from} data-kind={kind} data-wrong={isWrong}>
                    {text}
                  </span>
                ))}
              </div>
              <Combobox.EventsTarget withExpandedAttribute>
                <input
                  ref={input}
                  id={id}
                  className={classes.input}
                  role="combobox"
                  aria-autocomplete="list"
                  aria-invalid={isTold}
                  aria-describedby={isTold ? `${id}-problem` : undefined}
                  placeholder={props.placeholder}
                  value={value}
                  spellCheck={false}
                  autoComplete="off"
                  autoCapitalize="off"
                  onChange={(event) => {
                    onChange(event.currentTarget.value);
                    follow();
                  }}
                  onScroll={(event) => {
                    if (mirror.current !== null) mirror.current.scrollLeft = event.currentTarget.scrollLeft;
                  }}
                  onClick={follow}
                  onBlur={() => combobox.closeDropdown()}
                  onKeyDown={(event) => {
                    if (event.key === ' ' && event.ctrlKey) {
                      event.preventDefault();
                      follow();
                    } else if (event.key === 'ArrowDown' && !combobox.dropdownOpened) {
                      follow();
                    } else if (event.key === 'Enter' && combobox.getSelectedOptionIndex() < 0) {
                      combobox.closeDropdown();
                      if (props.onSubmit === undefined) return;
                      event.preventDefault();
                      props.onSubmit();
                    }
                  }}
                />
              </Combobox.EventsTarget>
            </div>
            {props.rightSection}
          </div>
        </Combobox.DropdownTarget>
        <Combobox.Dropdown hidden={shown.length === 0} className={classes.dropdown ?? ''}>
          <Combobox.Options aria-label={`Completions of ${label}`} className={classes.options ?? ''}>
            {shown.map(({ insert, label: text = insert, hint }, index) => (
              <Combobox.Option key={index} value={String(index)} className={classes.option ?? ''}>
                <bdi className={classes.name}>{visibleText(text)}</bdi>
                {hint !== undefined && <span className={classes.hint}>{hint}</span>}
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {isTold && (
        <p id={`${id}-problem`} className={classes.problem} role="alert">
          {problem.message}
        </p>
      )}
    </div>
  );
};
