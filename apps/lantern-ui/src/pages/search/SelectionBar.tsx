import { Button } from '@mantine/core';
import { IconArrowsDiff, IconDownload, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router';
import { formatCounted } from '../../shared/format/count.js';
import { fetchTraces, saveJson } from './download.js';
import { comparePath, type Selection } from './selection.js';
import classes from './SelectionBar.module.css';

interface SelectionBarProps {
  readonly selection: Selection;
  readonly onClear: () => void;
}

/** Actions for the selected traces. */
export const SelectionBar = ({ selection, onClear }: SelectionBarProps) => {
  const download = useMutation({
    mutationFn: fetchTraces,
    onSuccess: (content) => {
      if (content.data.length > 0) saveJson('traces.json', content);
    },
  });
  const missing =
    (download.variables?.length ?? 0) - (download.data?.data.length ?? download.variables?.length ?? 0);
  const path = comparePath(selection);
  return (
    <div className={classes.bar} role="region" aria-label="Selected traces">
      <span className={classes.count} aria-live="polite">
        {formatCounted(selection.length, 'trace')} selected
      </span>
      {download.isError && (
        <span className={classes.failed} role="alert">
          Not downloaded: {download.error.message}
        </span>
      )}
      {missing > 0 && (
        <span className={classes.failed} role="alert">
          {formatCounted(missing, 'trace')} not downloaded, because Lantern does not store{' '}
          {missing === 1 ? 'it' : 'them'}
        </span>
      )}
      {path === undefined ? (
        <span className={classes.hint}>Select one more trace to compare</span>
      ) : (
        <Button component={Link} to={path} variant="filled" leftSection={<IconArrowsDiff size={14} />}>
          Compare
        </Button>
      )}
      <Button
        leftSection={<IconDownload size={14} />}
        loading={download.isPending}
        onClick={() => download.mutate(selection)}
      >
        Download
      </Button>
      <Button variant="subtle" color="gray" leftSection={<IconX size={14} />} onClick={onClear}>
        Clear
      </Button>
    </div>
  );
};
