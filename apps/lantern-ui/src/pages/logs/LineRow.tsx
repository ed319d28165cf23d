import { ActionIcon, Tooltip } from '@mantine/core';
import { IconChevronRight, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { LogLine } from '../../api/log-line.js';
import { formatRecentTime, formatTime } from '../../shared/format/time.js';
import { LevelTag } from '../../shared/LevelTag.js';
import { LineDetails } from '../../shared/LineDetails.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { useNow } from '../../shared/use-now.js';
import { Marked } from './Marked.js';
import type { FieldFilter } from './query-edit.js';
import classes from './LineRow.module.css';
import { visibleText } from '../../shared/visible-text.js';

interface LineRowProps {
  readonly line: LogLine;
  readonly labelNames: ReadonlySet<string>;
  readonly marked: readonly string[];
  readonly isWrapped: boolean;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onFilter: (filter: FieldFilter) => void;
  readonly onContext: () => void;
}

/** Interval at which the row decides again whether it shows the date, which lines of today lack. */
const CLOCK_STEP_MILLIS = 60_000;

export const LineRow = ({
  line,
  labelNames,
  marked,
  isWrapped,
  isOpen,
  onToggle,
  onFilter,
  onContext,
}: LineRowProps) => {
  const now = useNow(CLOCK_STEP_MILLIS);
  return (
    <div className={classes.line} data-level={line.level} data-open={isOpen}>
      <button
        type="button"
        className={classes.summary}
        data-wrapped={isWrapped || isOpen}
        aria-expanded={isOpen}
        onClick={onToggle}
      >
        <IconChevronRight size={13} className={classes.chevron} data-open={isOpen} aria-hidden />
        <span className={classes.time} title={formatTime(line.timeUnixNano)}>
          {formatRecentTime(line.timeUnixNano, now)}
        </span>
        <LevelTag level={line.level} />
        <span className={classes.service}>
          <ServiceName name={line.service} />
        </span>
        <bdi className={classes.message}>
          <Marked text={visibleText(shortened(line.message))} marked={marked} />
        </bdi>
      </button>
      {isOpen && (
        <div className={classes.details}>
          <LineDetails
            line={line}
            tools={(key, value) =>
              key === 'time' || value.length > MOST_TO_FILTER ? undefined : (
                <FilterTools
                  name={key}
                  onFilter={(operator) =>
                    onFilter({ key, value, operator, origin: originOf(key, line, labelNames) })
                  }
                />
              )
            }
          >
            {line.traceId !== undefined && (
              <Link to={`/trace/${line.traceId}${line.spanId === undefined ? '' : `?uiFind=${line.spanId}`}`}>
                Open trace
              </Link>
            )}
            <button type="button" onClick={onContext}>
              Show context
            </button>
          </LineDetails>
        </div>
      )}
    </div>
  );
};

/** Maximum length of a value that has filter buttons. */
const MOST_TO_FILTER = 200;

/** Maximum number of characters in a row; a line may have a quarter of a megabyte. */
const MOST_SHOWN = 2_000;

const shortened = (text: string): string =>
  text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;

const originOf = (key: string, line: LogLine, labelNames: ReadonlySet<string>): FieldFilter['origin'] => {
  if (labelNames.has(key)) return 'label';
  return line.metadataKeys.has(key) || Object.hasOwn(line.labels, key) ? 'metadata' : 'json';
};

interface FilterToolsProps {
  readonly name: string;
  readonly onFilter: (operator: '=' | '!=') => void;
}

const FilterTools = ({ name, onFilter }: FilterToolsProps) => (
  <>
    <Tooltip label="Show only lines with this value">
      <ActionIcon
        variant="subtle"
        color="gray"
        size={20}
        aria-label={`Show only lines with this ${name}`}
        onClick={() => onFilter('=')}
      >
        <IconZoomIn size={13} />
      </ActionIcon>
    </Tooltip>
    <Tooltip label="Hide lines with this value">
      <ActionIcon
        variant="subtle"
        color="gray"
        size={20}
        aria-label={`Hide lines with this ${name}`}
        onClick={() => onFilter('!=')}
      >
        <IconZoomOut size={13} />
      </ActionIcon>
    </Tooltip>
  </>
);
