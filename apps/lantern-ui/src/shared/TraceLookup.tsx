import { TextInput } from '@mantine/core';
import { IconHash } from '@tabler/icons-react';
import { useState, type SubmitEvent } from 'react';
import { useNavigate } from 'react-router';
import { parseTraceLookup } from './trace-lookup.js';
import classes from './TraceLookup.module.css';

/** Header input that opens a trace by ID. */
export const TraceLookup = () => {
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [isRefused, setRefused] = useState(false);

  const open = (event: SubmitEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    const found = parseTraceLookup(text);
    if (found === undefined) {
      setRefused(true);
      return;
    }
    setText('');
    void navigate(`/trace/${found.traceId}${found.spanId === undefined ? '' : `?uiFind=${found.spanId}`}`);
  };

  return (
    <form className={classes.form} role="search" aria-label="Open a trace" onSubmit={open}>
      <TextInput
        aria-label="Trace ID"
        placeholder="Open trace by ID"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setRefused(false);
        }}
        error={isRefused ? 'Not a trace ID: 1 to 32 hex digits' : undefined}
        leftSection={<IconHash size={14} stroke={1.75} aria-hidden />}
        classNames={{ input: classes.input ?? '', error: classes.error ?? '' }}
        spellCheck={false}
        autoComplete="off"
      />
    </form>
  );
};
