import { ActionIcon, Button, Select, TextInput, Tooltip } from '@mantine/core';
import {
  IconAlertCircleFilled,
  IconChevronDown,
  IconChevronUp,
  IconRoute,
  IconSearch,
} from '@tabler/icons-react';
import type { ReactNode, RefObject } from 'react';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import type { EntryFilter } from './trace-entries.js';
import classes from './TraceToolbar.module.css';

interface TraceToolbarProps {
  readonly find: string;
  readonly onFind: (text: string) => void;
  readonly findBox: RefObject<HTMLInputElement | null>;
  /** Number of matches. Undefined while loading. */
  readonly matchCount: number | undefined;
  /** Index of the match at the cursor, from 1; 0 for none. */
  readonly matchPlace: number;
  readonly errorCount: number;
  readonly onStep: (among: 'matches' | 'errors', direction: 1 | -1) => void;
  /** Controls of the current view. */
  readonly children: ReactNode;
}

export const TraceToolbar = ({
  find,
  onFind,
  findBox,
  matchCount,
  matchPlace,
  errorCount,
  onStep,
  children,
}: TraceToolbarProps) => {
  const isFinding = find.trim() !== '';
  return (
    <div className={classes.bar} role="toolbar" aria-label="Trace">
      <TextInput
        ref={findBox}
        className={classes.find ?? ''}
        aria-label="Find in trace"
        aria-description={FIND_SYNTAX}
        title={FIND_SYNTAX}
        placeholder="Find in trace"
        value={find}
        onChange={(event) => onFind(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep('matches', event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') {
            if (find === '') event.currentTarget.blur();
            onFind('');
          }
        }}
        leftSection={<IconSearch size={14} stroke={1.75} aria-hidden />}
        rightSectionWidth={isFinding ? 84 : undefined}
        rightSection={
          isFinding && (
            <span className={classes.count} aria-live="polite">
              {matchPlace > 0 ? `${formatCount(matchPlace)} of ` : ''}
              {matchCount === undefined ? '…' : formatCount(matchCount)}
            </span>
          )
        }
        spellCheck={false}
        autoComplete="off"
      />
      {isFinding && (
        <Stepper
          what="match"
          disabled={(matchCount ?? 0) === 0}
          onStep={(direction) => onStep('matches', direction)}
        />
      )}
      {errorCount > 0 && (
        <span className={classes.errors}>
          <IconAlertCircleFilled size={14} aria-hidden />
          <span>{formatCounted(errorCount, 'error')}</span>
          <Stepper what="error" onStep={(direction) => onStep('errors', direction)} />
        </span>
      )}
      <span className={classes.right}>{children}</span>
    </div>
  );
};

const FIND_SYNTAX =
  'Spans match if they contain any of the words. Quote a phrase: "several words". Attributes: key=value. Exclude attributes: -key.';

interface StepperProps {
  readonly what: string;
  readonly disabled?: boolean;
  readonly onStep: (direction: 1 | -1) => void;
}

const Stepper = ({ what, disabled = false, onStep }: StepperProps) => (
  <span className={classes.stepper}>
    <Tooltip label={`Previous ${what}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        disabled={disabled}
        aria-label={`Previous ${what}`}
        onClick={() => onStep(-1)}
      >
        <IconChevronUp size={15} />
      </ActionIcon>
    </Tooltip>
    <Tooltip label={`Next ${what}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        disabled={disabled}
        aria-label={`Next ${what}`}
        onClick={() => onStep(1)}
      >
        <IconChevronDown size={15} />
      </ActionIcon>
    </Tooltip>
  </span>
);

const FILTER_LABELS: Readonly<Record<EntryFilter, string>> = {
  all: 'All logs and events',
  info: 'Info and above',
  warn: 'Warnings and above',
  error: 'Errors only',
  off: 'Hide logs and events',
};

interface EntryFilterSelectProps {
  readonly value: EntryFilter;
  readonly counts: ReadonlyMap<EntryFilter, number>;
  readonly onChange: (filter: EntryFilter) => void;
}

/** Selects the logs and events that have rows in the waterfall. */
export const EntryFilterSelect = ({ value, counts, onChange }: EntryFilterSelectProps) => (
  <Select
    className={classes.entries ?? ''}
    aria-label="Logs and events in the waterfall"
    value={value}
    allowDeselect={false}
    data={[...counts].map(([filter, count]) => ({
      value: filter,
      label: filter === 'off' ? FILTER_LABELS.off : `${FILTER_LABELS[filter]} (${formatCount(count)})`,
    }))}
    onChange={(next) => {
      const filter = [...counts.keys()].find((candidate) => candidate === next);
      if (filter !== undefined) onChange(filter);
    }}
  />
);

interface PathButtonProps {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export const PathButton = ({ isOn, onChange }: PathButtonProps) => (
  <Button
    className={classes.path ?? ''}
    leftSection={<IconRoute size={14} stroke={1.75} />}
    aria-pressed={isOn}
    onClick={() => onChange(!isOn)}
  >
    Critical path
  </Button>
);
