import { ActionIcon, Tooltip } from '@mantine/core';
import { IconFold, IconFoldDown } from '@tabler/icons-react';
import { formatNanos } from '../../../shared/format/duration.js';
import { Splitter } from '../../../shared/Splitter.js';
import type { LaneScale } from './lane-scale.js';
import { ticksOf } from './time-window.js';
import classes from './WaterfallHead.module.css';

interface WaterfallHeadProps {
  readonly scale: LaneScale;
  readonly nameWidth: number;
  readonly onNameWidth: (width: number) => void;
  readonly onCollapseAll: () => void;
  readonly onExpandAll: () => void;
}

/** Header of the waterfall: time axis, and buttons that expand or collapse all rows. */
export const WaterfallHead = ({
  scale,
  nameWidth,
  onNameWidth,
  onCollapseAll,
  onExpandAll,
}: WaterfallHeadProps) => (
  <div className={classes.head}>
    <div className={classes.name}>
      <span>Service and operation</span>
      <Tooltip label="Expand all">
        <ActionIcon variant="subtle" color="gray" size={24} aria-label="Expand all" onClick={onExpandAll}>
          <IconFoldDown size={14} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Collapse all">
        <ActionIcon variant="subtle" color="gray" size={24} aria-label="Collapse all" onClick={onCollapseAll}>
          <IconFold size={14} stroke={1.75} />
        </ActionIcon>
      </Tooltip>
    </div>
    <Splitter
      label="Width of the name column"
      value={nameWidth}
      min={140}
      max={900}
      direction={1}
      onChange={onNameWidth}
    />
    <div className={classes.timeline} aria-hidden>
      {ticksOf(scale.window, scale.mostTicks).map((tick) => (
        <span key={tick} className={classes.tick} style={{ left: scale.xOf(tick) }}>
          {tick === 0 ? '0' : formatNanos(tick)}
        </span>
      ))}
    </div>
  </div>
);
