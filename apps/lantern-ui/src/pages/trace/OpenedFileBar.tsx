import { Button } from '@mantine/core';
import { IconFile } from '@tabler/icons-react';
import type { TraceId } from '@lantern/telemetry-model';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { forgetTrace } from '../../api/opened-files/opened-traces.js';
import classes from './OpenedFileBar.module.css';

interface OpenedFileBarProps {
  readonly traceId: TraceId;
  readonly file: string;
}

/** Says that the trace is that of a file, and not what Lantern stores under this id. */
export const OpenedFileBar = ({ traceId, file }: OpenedFileBarProps) => {
  const client = useQueryClient();
  const close = useMutation({
    mutationFn: () => forgetTrace(traceId),
    onSuccess: async () => {
      client.removeQueries({ queryKey: ['trace', traceId] });
      await client.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[0]).startsWith('opened-'),
      });
    },
  });
  return (
    <div className={classes.bar} role="status">
      <IconFile size={14} stroke={1.75} aria-hidden />
      <span className={classes.text}>
        As it is in <bdi>{file}</bdi>, which was opened in this browser. Lantern has not stored it.
      </span>
      <Button size="compact-xs" loading={close.isPending} onClick={() => close.mutate()}>
        Close the file
      </Button>
    </div>
  );
};
