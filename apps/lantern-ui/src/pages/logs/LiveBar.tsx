import { Button } from '@mantine/core';
import { formatCounted } from '../../shared/format/count.js';
import classes from './LiveBar.module.css';
import type { LiveTail } from './use-live-tail.js';

/** State of the tail and number of held lines. */
export const LiveBar = ({ tail }: { readonly tail: LiveTail }) => (
  <div className={classes.bar}>
    <span className={classes.dot} data-status={tail.status} aria-hidden />
    <span role="status">
      {tail.status === 'open'
        ? tail.isHeld
          ? 'Paused while you read'
          : 'Following new lines'
        : tail.status === 'connecting'
          ? 'Connecting…'
          : `${tail.error?.message ?? 'The connection ended.'} Reconnecting…`}
    </span>
    {tail.waiting.length > 0 && (
      <Button
        onClick={() => {
          document.querySelector('[aria-label="Log lines"]')?.parentElement?.scrollTo({ top: 0 });
          tail.hold(false);
        }}
      >
        Show {formatCounted(tail.waiting.length, 'new line')}
      </Button>
    )}
    {tail.dropped > 0 && (
      <span className={classes.dropped}>
        {formatCounted(tail.dropped, 'line')} skipped: lines arrived faster than this page could read them
      </span>
    )}
    <Button variant="subtle" color="gray" onClick={tail.clear}>
      Clear
    </Button>
  </div>
);
