import { Button, SegmentedControl } from '@mantine/core';
import { IconChartLine, IconPlus } from '@tabler/icons-react';
import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { Notice } from '../../shared/Notice.js';
import frame from '../../shared/PageFrame.module.css';
import { TimeRangeSelect } from '../../shared/TimeRangeSelect.js';
import { MetricBrowser } from './MetricBrowser.js';
import {
  MAX_QUERIES,
  METRIC_VIEWS,
  metricsPath,
  parseMetricsParams,
  type MetricsPageState,
} from './metrics-params.js';
import classes from './MetricsPage.module.css';
import { QueryRow } from './QueryRow.js';
import { RangeResults } from './RangeResults.js';
import { TableResults } from './TableResults.js';

const VIEW_LABELS = { graph: 'Graph', heatmap: 'Heat map', table: 'Table' } as const;

/** Page for PromQL queries. The URL holds its state. */
const MetricsPage = () => {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const state = parseMetricsParams(params);
  const { queries, range, view } = state;
  const [drafts, setDrafts] = useState<readonly string[]>(queries);
  const [isBrowsing, setBrowsing] = useState(queries.every((query) => query === ''));
  const isFetching =
    useIsFetching({ predicate: ({ queryKey }) => /^promql-(?:range|instant)$/.test(String(queryKey[0])) }) >
    0;

  // The URL is the source of truth: navigation resets the editors.
  const [shown, setShown] = useState(queries);
  if (JSON.stringify(shown) !== JSON.stringify(queries)) {
    setShown(queries);
    setDrafts(queries);
  }

  const change = (edit: Partial<MetricsPageState>) => void navigate(metricsPath({ ...state, ...edit }));
  const run = () => {
    const next = drafts.map((draft) => draft.trim());
    if (metricsPath({ ...state, queries: next }) === metricsPath(state)) {
      // Running unchanged queries refetches them: relative time ranges have moved.
      void client.invalidateQueries({
        predicate: ({ queryKey }) => /^promql-(?:range|instant|exemplars)$/.test(String(queryKey[0])),
      });
    } else change({ queries: next });
  };
  const asked = queries.filter((query) => query !== '');

  return (
    <div className={frame.scrolling}>
      <title>Metrics · Lantern</title>
      <div className={frame.bar}>
        <h1 className={frame.heading}>Metrics</h1>
        <div className={frame.tools}>
          <Button aria-expanded={isBrowsing} onClick={() => setBrowsing(!isBrowsing)}>
            Browse metrics
          </Button>
          <TimeRangeSelect range={range} onChange={(next) => change({ range: next })} />
        </div>
      </div>
      {isBrowsing && (
        <MetricBrowser
          range={range}
          onQueries={(written, next) => {
            change({ queries: written, view: next });
          }}
        />
      )}
      <form
        className={classes.queries}
        aria-label="Metric queries"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        {drafts.map((draft, index) => (
          <QueryRow
            key={index}
            name={letterOf(index)}
            draft={draft}
            query={queries[index] ?? ''}
            isTable={view === 'table'}
            range={range}
            onDraft={(text) => setDrafts(drafts.with(index, text))}
            onRun={run}
            onRemove={
              drafts.length === 1
                ? undefined
                : () => change({ queries: queries.filter((_, place) => place !== index) })
            }
          />
        ))}
        <div className={classes.actions}>
          <Button type="submit" variant="filled" loading={isFetching}>
            Run
          </Button>
          {drafts.length < MAX_QUERIES && (
            <Button
              leftSection={<IconPlus size={13} aria-hidden />}
              onClick={() => setDrafts([...drafts, ''])}
            >
              Add query
            </Button>
          )}
          <SegmentedControl
            className={classes.views ?? ''}
            aria-label="View"
            size="xs"
            data={METRIC_VIEWS.map((value) => ({ value, label: VIEW_LABELS[value] }))}
            value={view}
            onChange={(value) => change({ view: METRIC_VIEWS.find((known) => known === value) ?? 'graph' })}
          />
        </div>
      </form>
      {asked.length === 0 ? (
        <Notice title="No query" icon={<IconChartLine size={28} stroke={1.5} />}>
          <p>Choose a metric above, or write a PromQL query and press Enter. Ctrl-Space completes it.</p>
        </Notice>
      ) : view === 'table' ? (
        <TableResults queries={asked} range={range} />
      ) : (
        <RangeResults
          queries={asked}
          range={range}
          view={view}
          hasExemplars={state.hasExemplars}
          onExemplars={(hasExemplars) => change({ hasExemplars })}
          onZoom={(startMillis, endMillis) =>
            change({
              range: {
                kind: 'fixed',
                startMicros: BigInt(Math.floor(startMillis)) * 1_000n,
                endMicros: BigInt(Math.ceil(endMillis)) * 1_000n,
              },
            })
          }
        />
      )}
    </div>
  );
};

/** Returns the name of a query: A, B, C. */
const letterOf = (index: number): string => String.fromCharCode(65 + index);

export default MetricsPage;
