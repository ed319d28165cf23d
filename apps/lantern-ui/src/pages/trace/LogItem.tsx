import { isSpanId, type SpanId, type UnixNano } from '@lantern/telemetry-model';
import { IconChevronRight } from '@tabler/icons-react';
import type { LogLine } from '../../api/log-line.js';
import { formatOffset } from '../../shared/format/duration.js';
import { formatTime } from '../../shared/format/time.js';
import { LevelTag } from '../../shared/LevelTag.js';
import { LineDetails } from '../../shared/LineDetails.js';
import { ServiceName } from '../../shared/ServiceName.js';
import classes from './LogItem.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface LogItemProps {
  readonly line: LogLine;
  readonly startUnixNano: UnixNano;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onOpenSpan?: (spanId: SpanId) => void;
}

/** Log line of the trace that expands to its fields. */
export const LogItem = ({ line, startUnixNano, isOpen, onToggle, onOpenSpan }: LogItemProps) => {
  const { spanId } = line;
  return (
    <div className={classes.line} data-level={line.level}>
      <button type="button" className={classes.summary} aria-expanded={isOpen} onClick={onToggle}>
        <IconChevronRight size={13} className={classes.chevron} data-open={isOpen} aria-hidden />
        <span className={classes.meta}>
          <span className={classes.time} title={formatTime(line.timeUnixNano)}>
            {formatOffset(line.writtenUnixNano - startUnixNano)}
          </span>
          <LevelTag level={line.level} />
          <ServiceName name={line.service} />
        </span>
        <bdi className={classes.message}>{visibleText(line.message)}</bdi>
      </button>
      {isOpen && (
        <div className={classes.details}>
          <LineDetails line={line}>
            {onOpenSpan !== undefined && spanId !== undefined && isSpanId(spanId) && (
              <button type="button" onClick={() => onOpenSpan(spanId)}>
                Show span
              </button>
            )}
          </LineDetails>
        </div>
      )}
    </div>
  );
};
