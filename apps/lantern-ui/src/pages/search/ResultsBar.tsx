import { ActionIcon, Button, SegmentedControl, Select, Tooltip, VisuallyHidden } from '@mantine/core';
import {
  IconArrowsDiff,
  IconDownload,
  IconLayoutList,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconTable,
  IconX,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { TraceSummary } from '../../api/trace-summaries.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { fetchTraces, saveJson } from './download.js';
import classes from './ResultsBar.module.css';
import type { SearchPageState } from './search-params.js';
import { isSortOrder, SORT_ORDERS } from './sort-order.js';
import type { LiveTraces } from './use-live-traces.js';
import { visibleText } from '../../shared/visible-text.js';

interface ResultsBarProps {
  readonly state: SearchPageState;
  /** Undefined until the first response. */
  readonly summaries: readonly TraceSummary[] | undefined;
  /** Total number of matches, if known. */
  readonly total: number | undefined;
  /** Whether the sort order, or the filter by a second service, covers the loaded traces only. */
  readonly isPartial: boolean;
  readonly live: LiveTraces;
  readonly query: {
    readonly isFetching: boolean;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly onChange: (state: SearchPageState) => void;
  /** Whether the panel with the differences is open. */
  readonly isComparing: boolean;
  readonly onCompare: (isComparing: boolean) => void;
}

/** Bar above the results: count, display options, live search and errors. */
export const ResultsBar = ({
  state,
  summaries,
  total,
  isPartial,
  live,
  query,
  onChange,
  isComparing,
  onCompare,
}: ResultsBarProps) => {
  const download = useMutation({
    mutationFn: fetchTraces,
    onSuccess: (content) => saveJson('traces.json', content),
  });
  const failure = download.error ?? (summaries === undefined ? null : query.error);
  return (
    <div className={classes.bar}>
      <h2 className={classes.count} aria-live={state.isLive ? 'off' : 'polite'}>
        {summaries === undefined ? 'Searching…' : countOf(summaries.length, total)}
      </h2>
      {state.isLive && <LiveNote live={live} />}
      {state.with !== '' && (
        <span className={classes.with}>
          that also involve <bdi>{visibleText(state.with)}</bdi>
          <ActionIcon
            variant="transparent"
            color="gray"
            size={24}
            aria-label={`Do not require ${state.with}`}
            onClick={() => onChange({ ...state, with: '' })}
          >
            <IconX size={12} />
          </ActionIcon>
        </span>
      )}
      {isPartial && (
        <span className={classes.with}>
          {state.with === ''
            ? 'This order covers the loaded traces only.'
            : 'This filter covers the loaded traces only. Load more traces to find others.'}
        </span>
      )}
      {failure !== null && (
        <span className={classes.failed} role="alert">
          {failure === download.error ? 'Not downloaded' : 'Not updated'}: {failure.message}
        </span>
      )}
      <div className={classes.tools}>
        <Button
          className={classes.live ?? ''}
          aria-pressed={state.isLive}
          leftSection={state.isLive ? <IconPlayerStop size={13} /> : <IconPlayerPlay size={13} />}
          onClick={() => onChange({ ...state, isLive: !state.isLive })}
        >
          Live
        </Button>
        <Button
          aria-pressed={isComparing}
          leftSection={<IconArrowsDiff size={13} />}
          disabled={summaries === undefined || summaries.length === 0}
          onClick={() => onCompare(!isComparing)}
        >
          What differs
        </Button>
        <Tooltip label="Search again">
          <ActionIcon
            variant="subtle"
            color="gray"
            size={28}
            aria-label="Search again"
            onClick={() => void query.refetch()}
          >
            <IconRefresh size={15} stroke={1.75} className={classes.refresh} data-busy={query.isFetching} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Download these traces as JSON">
          <ActionIcon
            variant="subtle"
            color="gray"
            size={28}
            aria-label="Download these traces as JSON"
            loading={download.isPending}
            disabled={summaries === undefined || summaries.length === 0}
            onClick={() => download.mutate((summaries ?? []).map(({ traceId }) => traceId))}
          >
            <IconDownload size={15} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
        <SegmentedControl
          size="xs"
          aria-label="View"
          value={state.view}
          onChange={(view) => onChange({ ...state, view: view === 'table' ? 'table' : 'cards' })}
          data={[
            { value: 'cards', label: <ViewLabel Icon={IconLayoutList} text="Cards" /> },
            { value: 'table', label: <ViewLabel Icon={IconTable} text="Table" /> },
          ]}
        />
        <Select
          className={classes.sort ?? ''}
          aria-label="Sort"
          data={SORT_ORDERS.map(({ value, label }) => ({ value, label }))}
          value={state.sort}
          allowDeselect={false}
          onChange={(value) => {
            if (value !== null && isSortOrder(value)) onChange({ ...state, sort: value });
          }}
        />
      </div>
    </div>
  );
};

/** Returns the count, such as `20 of 312 traces`. */
const countOf = (count: number, total: number | undefined): string =>
  total === undefined || total <= count
    ? formatCounted(count, 'trace')
    : `${formatCount(count)} of ${formatCounted(total, 'trace')}`;

const ViewLabel = ({ Icon, text }: { readonly Icon: typeof IconTable; readonly text: string }) => (
  <span className={classes.view} title={text}>
    <Icon size={14} stroke={1.75} aria-hidden />
    <VisuallyHidden>{text}</VisuallyHidden>
  </span>
);

const LIVE_NOTES = {
  connecting: 'connecting…',
  open: 'live',
  broken: 'connection lost, reconnecting…',
  refused: 'live search rejected: too many clients are subscribed, or Lantern is stopping',
} as const;

const LiveNote = ({ live: { state, dropped } }: { readonly live: LiveTraces }) => (
  <span className={classes.liveNote} data-state={state} role="status">
    {LIVE_NOTES[state]}
    {dropped > 0 &&
      ` · ${formatCounted(dropped, 'trace')} arrived too fast to be shown: search again to see them`}
  </span>
);
