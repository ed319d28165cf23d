import { Button, Checkbox, TextInput } from '@mantine/core';
import { parseTraceId, type TraceId } from '@lantern/telemetry-model';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import type { ComparedTrace } from '../../api/trace/trace-api.js';
import { traceSummariesQuery, type TraceSummary } from '../../api/trace-summaries.js';
import { formatCounted } from '../../shared/format/count.js';
import { formatDuration } from '../../shared/format/duration.js';
import { formatTime } from '../../shared/format/time.js';
import { lookbackRange } from '../../time-range/time-range.js';
import classes from './TracePicker.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface TracePickerProps {
  readonly side: 'a' | 'b';
  /** Trace on the other side. The picker offers traces with the same root operation. */
  readonly other: ComparedTrace | undefined;
  readonly cohort: readonly TraceId[];
  readonly taken: readonly TraceId[];
  readonly onPick: (ids: readonly TraceId[]) => void;
  /** Undefined if there is no earlier choice to return to. */
  readonly onCancel: (() => void) | undefined;
}

/** Maximum number of traces on offer. */
const MOST_OFFERED = 50;

/** Selects one trace, or several to compare with their mean. */
export const TracePicker = ({ side, other, cohort, taken, onPick, onCancel }: TracePickerProps) => {
  const [text, setText] = useState('');
  const [marked, setMarked] = useState<ReadonlySet<TraceId>>(new Set());
  const typed = parseTraceId(text.trim());
  const similar = useInfiniteQuery({
    ...traceSummariesQuery({
      service: other?.service ?? '',
      operation: other?.operation ?? '',
      tags: {},
      minDuration: '',
      maxDuration: '',
      minTraceDuration: '',
      maxTraceDuration: '',
      filter: '',
      orderBy: 'recent',
      limit: MOST_OFFERED,
      range: lookbackRange('2d'),
    }),
    enabled: other !== undefined,
  });
  const offered = (similar.data?.pages[0]?.summaries ?? [])
    .filter(({ traceId }) => !taken.includes(traceId as TraceId))
    .toSorted(
      (a, b) => Number(cohort.includes(b.traceId as TraceId)) - Number(cohort.includes(a.traceId as TraceId)),
    );
  const toggle = (id: TraceId) =>
    setMarked((current) => {
      const next = new Set(current);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (typed !== undefined) onPick([typed]);
  };
  return (
    <section className={classes.picker} aria-label={`Choose ${side.toUpperCase()}`}>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          className={classes.id ?? ''}
          aria-label="Trace ID"
          placeholder="Trace ID"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={text.trim() !== '' && typed === undefined ? '1 to 32 hex digits' : undefined}
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit" variant="filled" disabled={typed === undefined}>
          Compare
        </Button>
        {marked.size > 0 && (
          <Button onClick={() => onPick([...marked])}>
            {marked.size === 1
              ? 'Compare with the selected trace'
              : `Compare with the mean of ${marked.size} traces`}
          </Button>
        )}
        {onCancel !== undefined && (
          <Button variant="subtle" color="gray" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </form>
      {other !== undefined && (
        <>
          <h2 className={classes.heading}>
            {offered.length === 0 && similar.data !== undefined ? 'No other traces' : 'Other traces'} of{' '}
            <bdi>{visibleText(other.service)}</bdi> <bdi>{visibleText(other.operation)}</bdi> in the last 2
            days
          </h2>
          {similar.error !== null && (
            <p className={classes.failed} role="alert">
              Other traces could not be loaded: {similar.error.message}
            </p>
          )}
          <ul className={classes.list} aria-label="Traces to compare with">
            {offered.map((summary) => (
              <Offer
                key={summary.traceId}
                summary={summary}
                slowest={Math.max(...offered.map(({ durationNano }) => Number(durationNano)))}
                isMarked={marked.has(summary.traceId as TraceId)}
                onMark={() => toggle(summary.traceId as TraceId)}
                onPick={() => onPick([summary.traceId as TraceId])}
              />
            ))}
          </ul>
        </>
      )}
    </section>
  );
};

interface OfferProps {
  readonly summary: TraceSummary;
  readonly slowest: number;
  readonly isMarked: boolean;
  readonly onMark: () => void;
  readonly onPick: () => void;
}

const Offer = ({ summary, slowest, isMarked, onMark, onPick }: OfferProps) => (
  <li className={classes.offer}>
    <Checkbox checked={isMarked} onChange={onMark} aria-label={`Select ${summary.traceId.slice(0, 8)}`} />
    <button type="button" className={classes.pick} onClick={onPick}>
      <span className={classes.duration}>
        <span
          className={classes.bar}
          style={{ width: `${(Number(summary.durationNano) / Math.max(1, slowest)) * 100}%` }}
          aria-hidden
        />
        <span className={classes.number}>{formatDuration(summary.durationNano)}</span>
      </span>
      <span className={classes.time}>{formatTime(summary.startUnixNano)}</span>
      <span>{formatCounted(summary.spanCount, 'span')}</span>
      {summary.errorCount > 0 && (
        <span className={classes.errors}>{formatCounted(summary.errorCount, 'error')}</span>
      )}
      <code className={classes.code}>{summary.traceId.slice(0, 8)}</code>
    </button>
  </li>
);
