import { ActionIcon, Tooltip } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react';
import { formatCounted } from '../../../shared/format/count.js';
import classes from './MarkChip.module.css';

interface MarkChipProps {
  readonly title: string;
  readonly count: number;
  readonly onStep: (direction: 1 | -1) => void;
  readonly onClear: () => void;
}

/** Name of the detection whose spans are marked, with buttons that step through them and that remove the marks. */
export const MarkChip = ({ title, count, onStep, onClear }: MarkChipProps) => (
  <span className={classes.chip} role="group" aria-label="Marked spans">
    <span>
      {title}: {formatCounted(count, 'span')}
    </span>
    <Step label="Previous marked span" Icon={IconChevronUp} onClick={() => onStep(-1)} />
    <Step label="Next marked span" Icon={IconChevronDown} onClick={() => onStep(1)} />
    <Step label="Remove marks" Icon={IconX} onClick={onClear} />
  </span>
);

interface StepProps {
  readonly label: string;
  readonly Icon: typeof IconX;
  readonly onClick: () => void;
}

const Step = ({ label, Icon, onClick }: StepProps) => (
  <Tooltip label={label}>
    <ActionIcon variant="subtle" color="gray" size={24} aria-label={label} onClick={onClick}>
      <Icon size={15} />
    </ActionIcon>
  </Tooltip>
);
