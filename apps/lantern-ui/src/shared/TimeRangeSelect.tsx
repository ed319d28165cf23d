import { Button, Popover, Select, TextInput } from '@mantine/core';
import { IconCalendarClock } from '@tabler/icons-react';
import { useState, type SubmitEvent } from 'react';
import { formatShortTime, localDateTime } from './format/time.js';
import { lookbacksWith } from '../time-range/lookback.js';
import { lookbackRange, resolveRange, type TimeRange } from '../time-range/time-range.js';
import classes from './TimeRangeSelect.module.css';

interface TimeRangeSelectProps {
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}

const FIXED = 'fixed';

/** Selects a time range that ends now, or a fixed range in a popover. */
export const TimeRangeSelect = ({ range, onChange }: TimeRangeSelectProps) => {
  const [isOpen, setOpen] = useState(false);
  const fixed = range.kind === 'fixed' ? [{ value: FIXED, label: labelOf(range) }] : [];
  return (
    <div className={classes.range}>
      <Select
        className={classes.select ?? ''}
        data-fixed={range.kind === 'fixed'}
        aria-label="Time"
        data={[...fixed, ...lookbacksWith(range.kind === 'lookback' ? range.lookback : '')]}
        value={range.kind === 'fixed' ? FIXED : range.lookback}
        allowDeselect={false}
        onChange={(value) => {
          if (value !== null && value !== FIXED) onChange(lookbackRange(value));
        }}
      />
      <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" withRoles trapFocus>
        <Popover.Target>
          <Button
            className={classes.button ?? ''}
            aria-label="Custom time range"
            title="Custom time range"
            onClick={() => setOpen(!isOpen)}
          >
            <IconCalendarClock size={15} stroke={1.75} aria-hidden />
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Custom time range">
          <FixedTimes
            range={range}
            onChoose={(chosen) => {
              setOpen(false);
              onChange(chosen);
            }}
          />
        </Popover.Dropdown>
      </Popover>
    </div>
  );
};

const FixedTimes = ({ range, onChoose }: { range: TimeRange; onChoose: (range: TimeRange) => void }) => {
  const [[start, end], setTimes] = useState(() => {
    const { startMicros, endMicros } = resolveRange(range, Date.now());
    return [startMicros, endMicros].map((micros) => localDateTime(Number(micros / 1_000n))) as [
      string,
      string,
    ];
  });
  const [startMillis, endMillis] = [Date.parse(start), Date.parse(end)];
  const problem =
    Number.isNaN(startMillis) || Number.isNaN(endMillis)
      ? 'Enter a date and a time.'
      : startMillis < endMillis
        ? undefined
        : 'The end must be after the start.';

  const choose = (event: SubmitEvent) => {
    event.preventDefault();
    if (problem !== undefined) return;
    const micros = (millis: number) => BigInt(millis) * 1_000n;
    onChoose({ kind: 'fixed', startMicros: micros(startMillis), endMicros: micros(endMillis) });
  };
  return (
    <form className={classes.times} onSubmit={choose} noValidate>
      <TextInput
        type="datetime-local"
        step={1}
        label="From"
        value={start}
        onChange={(event) => setTimes([event.currentTarget.value, end])}
      />
      <TextInput
        type="datetime-local"
        step={1}
        label="To"
        value={end}
        onChange={(event) => setTimes([start, event.currentTarget.value])}
        error={problem}
      />
      <Button type="submit" variant="filled">
        Apply
      </Button>
    </form>
  );
};

const labelOf = ({ startMicros, endMicros }: Extract<TimeRange, { kind: 'fixed' }>): string =>
  `${formatShortTime(Number(startMicros / 1_000n))} – ${formatShortTime(Number(endMicros / 1_000n))}`;
