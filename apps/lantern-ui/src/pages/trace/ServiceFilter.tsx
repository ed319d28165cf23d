import { at, type ServiceTime, type SpanTable } from '@lantern/telemetry-model';
import { Button, Checkbox, Popover } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useMemo } from 'react';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { formatNanos } from '../../shared/format/duration.js';
import { ServiceName } from '../../shared/ServiceName.js';
import classes from './ServiceFilter.module.css';

interface ServiceFilterProps {
  readonly table: SpanTable;
  readonly times: readonly ServiceTime[];
  readonly hidden: readonly string[];
  readonly onChange: (hidden: readonly string[]) => void;
}

/** Menu of the services of the trace with their figures. It selects the services that the waterfall shows. */
export const ServiceFilter = ({ table, times, hidden, onChange }: ServiceFilterProps) => {
  const rows = useMemo(() => serviceRows(table, times), [table, times]);
  const hiddenSpans = rows
    .filter(({ service }) => hidden.includes(service))
    .reduce((sum, { spanCount }) => sum + spanCount, 0);
  return (
    <Popover position="bottom-end" shadow="md" width={360} trapFocus>
      <Popover.Target>
        <Button leftSection={<IconFilter size={14} stroke={1.75} />} data-active={hidden.length > 0}>
          {hiddenSpans === 0 ? 'Services' : `${formatCounted(hiddenSpans, 'span')} hidden`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label="Services in the waterfall">
        <ul className={classes.list}>
          {rows.map(({ service, spanCount, errorCount, nano }) => (
            <li key={service} className={classes.item}>
              <Checkbox
                checked={!hidden.includes(service)}
                onChange={({ currentTarget }) =>
                  onChange(
                    currentTarget.checked ? hidden.filter((name) => name !== service) : [...hidden, service],
                  )
                }
                label={<ServiceName name={service} />}
              />
              <span className={classes.facts}>
                {errorCount > 0 && (
                  <span className={classes.errors}>{formatCounted(errorCount, 'error')}</span>
                )}
                <span title="Spans">{formatCount(spanCount)}</span>
                <span className={classes.time} title="Time on the critical path">
                  {formatNanos(nano)}
                </span>
                <button
                  type="button"
                  className={classes.only}
                  onClick={() => onChange(table.services.filter((name) => name !== service))}
                >
                  only
                </button>
              </span>
            </li>
          ))}
        </ul>
        <div className={classes.foot}>
          <span>Children of hidden spans stay visible.</span>
          <button
            type="button"
            className={classes.only}
            disabled={hidden.length === 0}
            onClick={() => onChange([])}
          >
            Show all
          </button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
};

const serviceRows = (table: SpanTable, times: readonly ServiceTime[]) => {
  const spanCounts = new Uint32Array(table.services.length);
  const errorCounts = new Uint32Array(table.services.length);
  for (const [row, service] of table.service.entries()) {
    spanCounts[service] = at(spanCounts, service) + 1;
    errorCounts[service] = at(errorCounts, service) + at(table.isError, row);
  }
  const nanos = new Map(times.map(({ service, nano }) => [service, nano]));
  return table.services
    .map((service, i) => ({
      service,
      spanCount: at(spanCounts, i),
      errorCount: at(errorCounts, i),
      nano: nanos.get(service) ?? 0,
    }))
    .sort((a, b) => b.nano - a.nano);
};
