import { Button } from '@mantine/core';
import type { NamedDetection, TraceOverview } from '../../../api/trace/trace-api.js';
import { formatCounted } from '../../../shared/format/count.js';
import { visibleText } from '../../../shared/visible-text.js';
import { operationOf } from '@lantern/telemetry-model';
import { ViewWaiting } from '../ViewWaiting.js';
import classes from './Detections.module.css';
import { shareOf } from './share-of.js';
import type { DetectionsQuery } from './use-detections.js';

interface DetectionsProps {
  readonly trace: TraceOverview;
  readonly query: DetectionsQuery;
  readonly onOpen: (row: number) => void;
  /** Marks the spans of the detection in the waterfall. */
  readonly onMark: (detection: NamedDetection) => void;
}

/** Maximum number of spans of one detection that are listed. All of them can be marked. */
const MOST_SPANS = 5;

const Detections = ({ trace, query, onOpen, onMark }: DetectionsProps) => {
  const { data } = query;
  if (data === undefined) return <ViewWaiting what="The detections" query={query} />;
  if (data.length === 0) {
    return (
      <p className={classes.none} role="status">
        No detections: the spans show no N+1 queries, retry storms, swallowed errors or other known faults.
      </p>
    );
  }
  return (
    <ul className={classes.list} aria-label="Detections">
      {data.map((detection, i) => (
        <li key={i} className={classes.item} data-subject={detection.subject}>
          <div className={classes.head}>
            <h2 className={classes.title}>{detection.title}</h2>
            {detection.share > 0 && (
              <span className={classes.share} title="Share of the duration of the trace">
                {shareOf(detection.share)} of the trace
              </span>
            )}
          </div>
          <p className={classes.text}>
            <Sentence text={detection.text} />
          </p>
          <p className={classes.advice}>
            <Sentence text={detection.advice} />
          </p>
          <div className={classes.spans}>
            <Button size="compact-xs" variant="default" onClick={() => onMark(detection)}>
              Mark {formatCounted(detection.rows.length, 'span')} in the waterfall
            </Button>
            {detection.rows.slice(0, MOST_SPANS).map((row) => (
              <button key={row} type="button" className={classes.span} onClick={() => onOpen(row)}>
                <bdi>{visibleText(operationOf(trace.table, row).slice(0, 60)) || 'unnamed'}</bdi>
              </button>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
};

export default Detections;

/** Renders the names in backticks of a sentence as code. */
const Sentence = ({ text }: { readonly text: string }) =>
  text.split('`').map((part, i) =>
    i % 2 === 1 ? (
      <code key={i} className={classes.code}>
        <bdi>{visibleText(part)}</bdi>
      </code>
    ) : (
      part
    ),
  );
