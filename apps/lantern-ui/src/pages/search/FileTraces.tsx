import { Button } from '@mantine/core';
import { IconFile, IconFileOff, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { fileTracesQuery } from '../../api/opened-files/open-file.js';
import { formatCounted } from '../../shared/format/count.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import classes from './FileTraces.module.css';
import { FoundTraces } from './FoundTraces.js';
import { ResultListSkeleton } from './ResultList.js';
import type { SearchPageState } from './search-params.js';
import { sortSummaries } from './sort-order.js';
import { visibleText } from '../../shared/visible-text.js';

interface FileTracesProps {
  readonly state: SearchPageState;
  readonly onShow: (state: SearchPageState) => void;
}

/** Traces of a file that this browser has opened. */
export const FileTraces = ({ state, onShow }: FileTracesProps) => {
  const { file } = state;
  const traces = useQuery(fileTracesQuery(file));
  const back = () => onShow({ ...state, file: '' });
  if (traces.isPending) return <ResultListSkeleton />;
  if (traces.data === undefined) {
    return (
      <LoadFailed
        what={file}
        error={traces.error}
        onRetry={() => void traces.refetch()}
        isRetrying={traces.isFetching}
      />
    );
  }
  if (traces.data.length === 0) {
    return (
      <Notice
        title={`${visibleText(file)} is not open in this browser`}
        icon={<IconFileOff size={28} stroke={1.5} />}
      >
        <p>
          The browser keeps opened files until later ones replace them. Open the file again, or drop it on
          this page.
        </p>
        <Button onClick={back}>Search traces in Lantern</Button>
      </Notice>
    );
  }
  return (
    <>
      <div className={classes.bar}>
        <IconFile size={15} stroke={1.75} aria-hidden />
        <h2 className={classes.title}>
          {formatCounted(traces.data.length, 'trace')} of <bdi>{visibleText(file)}</bdi>
        </h2>
        <Button variant="subtle" color="gray" leftSection={<IconX size={13} />} onClick={back}>
          Back to search
        </Button>
      </div>
      <FoundTraces
        state={state}
        summaries={sortSummaries(traces.data, state.sort)}
        isStale={false}
        heldCount={0}
        onRelease={() => undefined}
        onShow={onShow}
        isLoadingOlder={false}
        handlers={{}}
      />
    </>
  );
};
