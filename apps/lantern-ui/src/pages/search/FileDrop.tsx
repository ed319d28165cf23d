import { Button } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import classes from './FileDrop.module.css';
import { useOpenFile } from './use-open-file.js';

/** Opens a trace file that the user selects or drops anywhere on the page. */
export const FileDrop = () => {
  const open = useOpenFile();
  const input = useRef<HTMLInputElement>(null);
  const [isDragged, setDragged] = useState(false);

  const drop = useEffectEvent((event: DragEvent) => {
    event.preventDefault();
    setDragged(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file !== undefined) open.mutate(file);
  });
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      // Prevents the browser from navigating to the dropped file.
      event.preventDefault();
      setDragged(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragged(false);
    };
    const dropped = (event: DragEvent) => hasFiles(event) && drop(event);
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', dropped);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', dropped);
    };
  }, []);

  return (
    <div className={classes.open}>
      <Button
        variant="subtle"
        color="gray"
        fullWidth
        leftSection={<IconFileImport size={14} stroke={1.75} />}
        loading={open.isPending}
        onClick={() => input.current?.click()}
        title="OTLP or Jaeger JSON. The browser reads the file and uploads nothing."
      >
        Open trace file
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,.jsonl,.ndjson,.html,application/json,text/html"
        className={classes.input}
        aria-label="Trace file"
        tabIndex={-1}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file !== undefined) open.mutate(file);
          // Resets the input, so that selecting the same file again fires a change event.
          event.currentTarget.value = '';
        }}
      />
      {open.isError && (
        <p className={classes.problem} role="alert">
          {open.error.message}
        </p>
      )}
      {isDragged && (
        <div className={classes.target}>
          <IconFileImport size={32} stroke={1.5} aria-hidden />
          <p>Drop the file to show its traces</p>
          <p className={classes.hint}>OTLP or Jaeger JSON. The browser reads the file and uploads nothing.</p>
        </div>
      )}
    </div>
  );
};
