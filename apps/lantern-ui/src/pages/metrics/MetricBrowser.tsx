import { ActionIcon, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { metricsQuery, seriesLabelsQuery, seriesLabelValuesQuery, stepsOf } from '../../api/prometheus.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import { visibleText } from '../../shared/visible-text.js';
import type { TimeRange } from '../../time-range/time-range.js';
import classes from './MetricBrowser.module.css';
import type { MetricView } from './metrics-params.js';
import {
  AGGREGATES,
  familiesOf,
  queriesOf,
  SHOWN,
  shownOf,
  viewOf,
  type Aggregate,
  type MetricChoice,
  type MetricFamily,
  type Shown,
} from './written-query.js';

interface MetricBrowserProps {
  readonly range: TimeRange;
  /** Called with the written queries and the view for them. */
  readonly onQueries: (queries: readonly string[], view: MetricView) => void;
}

const AGGREGATE_LABELS: Readonly<Record<Aggregate, string>> = {
  none: 'Each series',
  sum: 'Sum',
  avg: 'Average',
  min: 'Minimum',
  max: 'Maximum',
  count: 'Number of series',
};

/** Form that writes PromQL: metric, filters, function and aggregation. */
export const MetricBrowser = ({ range, onQueries }: MetricBrowserProps) => {
  const metrics = useQuery(metricsQuery());
  const [choice, setChoice] = useState<MetricChoice>();
  const families = familiesOf(metrics.data ?? []);
  const choose = (next: MetricChoice) => {
    setChoice(next);
    onQueries(queriesOf(next, stepsOf(range, Date.now()).stepMillis), viewOf(next.shown));
  };

  if (metrics.isError && metrics.data === undefined) {
    return (
      <LoadFailed
        what="The metrics"
        error={metrics.error}
        onRetry={() => void metrics.refetch()}
        isRetrying={metrics.isFetching}
      />
    );
  }
  if (metrics.data?.length === 0) {
    return (
      <Notice title="No metrics yet">
        <p>
          Send metrics by OTLP or Prometheus remote write, or set <code>LANTERN_SCRAPE</code> to the addresses
          of services with a <code>/metrics</code> page.
        </p>
      </Notice>
    );
  }
  return (
    <section className={classes.browser} aria-label="Metric browser">
      <Select
        className={classes.metric ?? ''}
        label="Metric"
        placeholder={metrics.isPending ? 'Loading…' : 'Choose a metric'}
        data={families.map(({ name }) => name)}
        value={choice?.metric.name ?? null}
        onChange={(name) => {
          const metric = families.find((family) => family.name === name);
          if (metric === undefined) return;
          const [shown = 'value'] = shownOf(metric);
          choose({ metric, matchers: [], shown, aggregate: 'none', by: [] });
        }}
        searchable
        limit={200}
        nothingFoundMessage="No such metric"
      />
      {choice !== undefined && (
        <>
          <Select
            label="Show"
            data={SHOWN.filter(({ value }) => shownOf(choice.metric).includes(value))}
            value={choice.shown}
            allowDeselect={false}
            onChange={(value) =>
              choose({
                ...choice,
                shown: SHOWN.find((one) => one.value === value)?.value ?? ('value' satisfies Shown),
              })
            }
          />
          {choice.metric.type !== 'histogram' && (
            <Select
              label="Aggregate"
              data={AGGREGATES.map((value) => ({ value, label: AGGREGATE_LABELS[value] }))}
              value={choice.aggregate}
              allowDeselect={false}
              onChange={(value) =>
                choose({ ...choice, aggregate: AGGREGATES.find((known) => known === value) ?? 'none' })
              }
            />
          )}
          <LabelChoices choice={choice} onChoose={choose} />
          <Description metric={choice.metric} />
        </>
      )}
    </section>
  );
};

const Description = ({ metric: { type, unit, help } }: { readonly metric: MetricFamily }) => {
  const kind = [type, unit].filter((part) => part !== '').join(', ');
  return kind === '' && help === '' ? null : (
    <p className={classes.description}>
      {visibleText(help)}
      {kind !== '' && <span className={classes.kind}> {visibleText(kind)}</span>}
    </p>
  );
};

interface LabelChoicesProps {
  readonly choice: MetricChoice;
  readonly onChoose: (choice: MetricChoice) => void;
}

/** Filters by label values, and the labels to group by. */
const LabelChoices = ({ choice, onChoose }: LabelChoicesProps) => {
  const { metric, matchers, by } = choice;
  const series = metric.isClassic ? `${metric.name}_count` : metric.name;
  const labels = useQuery(seriesLabelsQuery(series));
  const [label, setLabel] = useState<string | null>(null);
  const values = useQuery({ ...seriesLabelValuesQuery(label ?? '', series), enabled: label !== null });
  const names = labels.data ?? [];
  return (
    <>
      <Select
        label="Group by"
        placeholder="Add a label"
        data={names.filter((name) => !by.includes(name))}
        value={null}
        onChange={(name) => {
          if (name === null) return;
          // Groups need an aggregation.
          const aggregate = choice.aggregate === 'none' ? 'sum' : choice.aggregate;
          onChoose({ ...choice, aggregate, by: [...by, name] });
        }}
        searchable
      />
      <Select
        label="Filter by"
        placeholder="Label"
        data={names.filter((name) => !matchers.some(([known]) => known === name))}
        value={label}
        onChange={setLabel}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Clear label' }}
      />
      {label !== null && (
        <Select
          label={`Value of ${label}`}
          placeholder={values.isPending ? 'Loading…' : 'Value'}
          data={values.data?.slice(0, 1_000) ?? []}
          value={null}
          onChange={(value) => {
            if (value === null) return;
            setLabel(null);
            onChoose({ ...choice, matchers: [...matchers, [label, value]] });
          }}
          searchable
          limit={200}
        />
      )}
      {matchers.length + by.length > 0 && (
        <ul className={classes.chosen} aria-label="Filters and groups">
          {matchers.map(([name, value]) => (
            <Chosen
              key={name}
              text={`${name} = ${value}`}
              onRemove={() => onChoose({ ...choice, matchers: matchers.filter(([known]) => known !== name) })}
            />
          ))}
          {by.map((name) => (
            <Chosen
              key={name}
              text={`by ${name}`}
              onRemove={() => onChoose({ ...choice, by: by.filter((known) => known !== name) })}
            />
          ))}
        </ul>
      )}
    </>
  );
};

const Chosen = ({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) => (
  <li className={classes.one}>
    <bdi>{visibleText(text)}</bdi>
    <ActionIcon
      variant="subtle"
      color="gray"
      size={24}
      aria-label={`Remove ${visibleText(text)}`}
      onClick={onRemove}
    >
      <IconX size={12} aria-hidden />
    </ActionIcon>
  </li>
);
