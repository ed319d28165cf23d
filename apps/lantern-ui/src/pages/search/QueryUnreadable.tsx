import { IconFilterOff } from '@tabler/icons-react';
import { Notice } from '../../shared/Notice.js';

/** Stands where results would, while the box above shows what is wrong and where. */
export const QueryUnreadable = () => (
  <Notice title="The query cannot be read" icon={<IconFilterOff size={28} stroke={1.5} />}>
    <p>
      What is wrong is underlined above. Mend it and press Enter, or clear it to see all traces. The question
      mark shows how to write one.
    </p>
  </Notice>
);
