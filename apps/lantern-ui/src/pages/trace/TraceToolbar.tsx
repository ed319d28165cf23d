import type { TraceNode } from '@lantern/telemetry-model';
import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import {
  IconAlertCircleFilled,
  IconChevronDown,
  IconChevronUp,
  IconFileText,
  IconSearch,
} from '@tabler/icons-react';
import type { RefObject } from 'react';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import classes from './TraceToolbar.module.css';
import type { TracePanel } from './use-trace-address.js';

interface TraceToolbarProps {
  readonly find: string;
  readonly onFind: (text: string) => void;
  readonly findBox: RefObject<HTMLInputElement | null>;
  readonly matches: readonly TraceNode[];
  readonly errors: readonly TraceNode[];
  readonly current: TraceNode | undefined;
  readonly onStep: (among: readonly TraceNode[], direction: 1 | -1) => void;
  readonly panel: TracePanel;
  /** Undefined until they have been loaded. */
  readonly logCount: number | undefined;
  readonly onPanel: (panel: TracePanel) => void;
}

export const TraceToolbar = ({
  find,
  onFind,
  findBox,
  matches,
  errors,
  current,
  onStep,
  panel,
  logCount,
  onPanel,
}: TraceToolbarProps) => {
  const isFinding = find.trim() !== '';
  const place = current === undefined ? 0 : matches.indexOf(current) + 1;
  return (
    <div className={classes.bar} role="toolbar" aria-label="Trace">
      <TextInput
        ref={findBox}
        className={classes.find ?? ''}
        aria-label="Find in trace"
        placeholder="Find in trace"
        value={find}
        onChange={(event) => onFind(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(matches, event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') {
            if (find === '') event.currentTarget.blur();
            onFind('');
          }
        }}
        leftSection={<IconSearch size={14} stroke={1.75} aria-hidden />}
        rightSectionWidth={isFinding ? 72 : undefined}
        rightSection={
          isFinding && (
            <span className={classes.count} aria-live="polite">
              {place > 0 ? `${formatCount(place)} of ` : ''}
              {formatCount(matches.length)}
            </span>
          )
        }
        spellCheck={false}
        autoComplete="off"
      />
      {isFinding && (
        <Stepper
          what="match"
          disabled={matches.length === 0}
          onStep={(direction) => onStep(matches, direction)}
        />
      )}
      {errors.length > 0 && (
        <span className={classes.errors}>
          <IconAlertCircleFilled size={14} aria-hidden />
          <span>{formatCounted(errors.length, 'error')}</span>
          <Stepper what="error" onStep={(direction) => onStep(errors, direction)} />
        </span>
      )}
      <Button
        className={classes.logs ?? ''}
        leftSection={<IconFileText size={14} stroke={1.75} />}
        aria-pressed={panel === 'logs'}
        onClick={() => onPanel(panel === 'logs' ? 'none' : 'logs')}
      >
        {panel === 'logs' ? 'Hide logs' : 'Show logs'}
        {logCount !== undefined && <span className={classes.logCount}>{formatCount(logCount)}</span>}
      </Button>
    </div>
  );
};

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
