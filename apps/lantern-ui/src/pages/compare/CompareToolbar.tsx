import { ActionIcon, Button, Checkbox, Select, Tooltip } from '@mantine/core';
import type { CallDifference } from '@lantern/telemetry-model';
import { IconArrowsExchange, IconFileDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { traceWorker } from '../../api/trace/trace-worker-client.js';
import { formatCount } from '../../shared/format/count.js';
import { saveFile } from '../../shared/save-file.js';
import type { CompareAddress } from './compare-address.js';
import { CHANGES } from './changes.js';
import classes from './CompareToolbar.module.css';

interface CompareToolbarProps {
  readonly address: CompareAddress;
  readonly differences: readonly CallDifference[] | undefined;
  /** Reason why the latest refetch failed. */
  readonly staleBecause: string | undefined;
  readonly onChange: (edit: Partial<CompareAddress>) => void;
}

/** Toolbar: number of calls by kind of change, filter and order. */
export const CompareToolbar = ({ address, differences, staleBecause, onChange }: CompareToolbarProps) => {
  const { a, b, cohort, isDifferent, order } = address;
  const report = useMutation({
    mutationFn: async () =>
      saveFile(`traces-${a.join()}...${b.join()}.html`, 'text/html', await traceWorker.report([...a, ...b])),
  });
  const others = cohort.filter((id) => !b.includes(id));
  return (
    <div className={classes.bar}>
      <ul className={classes.counts} aria-label="Differences">
        {CHANGES.map(({ change, label, sign }) => {
          const count = differences?.filter((difference) => difference.change === change).length;
          return (
            <li key={change} className={classes.count} data-change={change} data-none={(count ?? 0) === 0}>
              <span aria-hidden>{sign}</span> {count === undefined ? '–' : formatCount(count)} {label}
            </li>
          );
        })}
      </ul>
      {staleBecause !== undefined && (
        <span className={classes.stale} role="alert">
          Not updated: {staleBecause}
        </span>
      )}
      <div className={classes.tools}>
        {others.length > 1 && a.length !== others.length && (
          <Button onClick={() => onChange({ a: others })}>
            Compare with the mean of {others.length} traces
          </Button>
        )}
        <Checkbox
          label="Only differences"
          checked={isDifferent}
          onChange={(event) => onChange({ isDifferent: event.currentTarget.checked })}
        />
        <Select
          className={classes.order ?? ''}
          aria-label="Order"
          data={[
            { value: 'tree', label: 'Call order' },
            { value: 'difference', label: 'Largest difference' },
          ]}
          value={order}
          allowDeselect={false}
          onChange={(value) => onChange({ order: value === 'difference' ? 'difference' : 'tree' })}
        />
        {a.length === 1 && b.length === 1 && (
          <Tooltip label="One HTML file that opens without Lantern. Secrets are masked.">
            <Button
              leftSection={<IconFileDownload size={14} stroke={1.75} />}
              loading={report.isPending}
              onClick={() => report.mutate()}
            >
              {report.isError ? `No report: ${report.error.message}` : 'Download report'}
            </Button>
          </Tooltip>
        )}
        <Tooltip label="Swap A and B">
          <ActionIcon
            variant="subtle"
            color="gray"
            size={28}
            aria-label="Swap A and B"
            onClick={() => onChange({ a: b, b: a })}
          >
            <IconArrowsExchange size={16} stroke={1.75} />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  );
};
