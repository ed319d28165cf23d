import { Button } from '@mantine/core';
import { IconFile } from '@tabler/icons-react';
import type { TraceId, UnixNano } from '@lantern/telemetry-model';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { isStoredQuery } from '../../api/opened-files/open-file.js';
import { forgetTrace } from '../../api/opened-files/opened-traces.js';
import classes from './OpenedFileBar.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface OpenedFileBarProps {
  readonly traceId: TraceId;
  readonly file: string;
  /** Start of the trace in the file. */
  readonly startUnixNano: UnixNano;
}

/** Bar with the file that the trace comes from, and whether Lantern also stores the trace. */
export const OpenedFileBar = ({ traceId, file, startUnixNano }: OpenedFileBarProps) => {
  const client = useQueryClient();
  const { data: isStored } = useQuery(isStoredQuery(traceId, startUnixNano));
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
        This trace comes from the file <bdi>{visibleText(file)}</bdi>, open in this browser.
        {isStored === true && ' Lantern also stores this trace. Close the file to see the stored copy.'}
        {isStored === false && ' Lantern does not store this trace.'}
      </span>
      <Button size="compact-xs" loading={close.isPending} onClick={() => close.mutate()}>
        Close file
      </Button>
    </div>
  );
};
