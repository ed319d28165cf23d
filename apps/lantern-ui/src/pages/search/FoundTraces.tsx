import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconArrowUp } from '@tabler/icons-react';
import { useCallback, useState, type HTMLAttributes } from 'react';
import type { TraceSummary } from '../../api/trace-summaries.js';
import { formatCounted } from '../../shared/format/count.js';
import type { ResolvedRange } from '../../time-range/time-range.js';
import classes from './FoundTraces.module.css';
import { focusedTrace, stepResult } from './result-focus.js';
import { ResultList } from './ResultList.js';
import { ResultTable } from './ResultTable.js';
import { ScatterPlot } from './ScatterPlot.js';
import type { SearchPageState } from './search-params.js';
import { toggled, type Selection } from './selection.js';
import { SelectionBar } from './SelectionBar.js';

interface FoundTracesProps {
  readonly state: SearchPageState;
  /** Traces in display order. */
  readonly summaries: readonly TraceSummary[];
  /** Time range of the search, if more traces match than are loaded. */
  readonly partOf?: ResolvedRange | undefined;
  readonly isStale: boolean;
  /** Number of new traces that are held back while the user reads. */
  readonly heldCount: number;
  readonly onRelease: () => void;
  readonly onShow: (state: SearchPageState) => void;
  /** Loads the next page. Undefined when all matches are loaded. */
  readonly onOlder?: (() => void) | undefined;
  readonly isLoadingOlder: boolean;
  readonly handlers: HTMLAttributes<HTMLElement>;
}

/** Search results: a scatter plot above cards or a table. */
export const FoundTraces = (props: FoundTracesProps) => {
  const { state, summaries, heldCount, onShow } = props;
  const [selection, setSelection] = useState<Selection>([]);
  const toggle = useCallback((traceId: string) => setSelection((old) => toggled(old, traceId)), []);

  useHotkeys([
    ['j', () => stepResult(1)],
    ['k', () => stepResult(-1)],
    [
      'x',
      () => {
        const traceId = focusedTrace();
        if (traceId !== undefined) toggle(traceId);
      },
    ],
  ]);

  const results = { summaries, selection, onToggle: toggle, pathOf };
  return (
    <div className={classes.found} data-stale={props.isStale}>
      <ScatterPlot summaries={summaries} range={props.partOf} pathOf={pathOf} />
      <div {...props.handlers}>
        <div className={classes.heldAnchor}>
          {heldCount > 0 && (
            <Button
              className={classes.held ?? ''}
              leftSection={<IconArrowUp size={13} />}
              onClick={props.onRelease}
            >
              {formatCounted(heldCount, 'new trace')}
            </Button>
          )}
        </div>
        {state.view === 'table' ? (
          <ResultTable {...results} sort={state.sort} onSort={(sort) => onShow({ ...state, sort })} />
        ) : (
          <ResultList {...results} />
        )}
        {props.onOlder !== undefined && (
          <div className={classes.older}>
            <Button loading={props.isLoadingOlder} onClick={props.onOlder}>
              {state.sort === 'recent' ? 'Load older traces' : 'Load more traces'}
            </Button>
          </div>
        )}
      </div>
      {selection.length > 0 && <SelectionBar selection={selection} onClear={() => setSelection([])} />}
    </div>
  );
};

const pathOf = ({ traceId }: TraceSummary): string => `/trace/${traceId}`;
