import { IconFilterOff } from '@tabler/icons-react';
import { Notice } from '../../shared/Notice.js';

/** Replaces the results while the query has a syntax error, which the query box underlines. */
export const QueryUnreadable = () => (
  <Notice title="The query has a syntax error" icon={<IconFilterOff size={28} stroke={1.5} />}>
    <p>
      The error is underlined. Fix it and press Enter, or clear the query to see all traces. The question mark
      opens the syntax help.
    </p>
  </Notice>
);
