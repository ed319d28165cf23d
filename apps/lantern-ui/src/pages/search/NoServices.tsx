import { IconAntennaBars5 } from '@tabler/icons-react';
import { CopyButton } from '../../shared/CopyButton.js';
import { Notice } from '../../shared/Notice.js';
import classes from './NoServices.module.css';

const TRY_THIS = `curl -X POST http://localhost:8080/orders \\
  -H "Content-Type: application/json" \\
  -d '{"user_id": "1", "product": "laptop", "quantity": 1}'`;

/** Nothing has ever arrived: the page a new user sees who has sent nothing yet. */
export const NoServices = () => (
  <Notice title="Waiting for the first trace" icon={<IconAntennaBars5 size={28} stroke={1.5} />}>
    <p>
      No service has sent a span yet. Order something from the shop, and its trace appears here by itself:
    </p>
    <div className={classes.command}>
      <pre>{TRY_THIS}</pre>
      <CopyButton value={TRY_THIS} what="command" />
    </div>
    <p>
      Services of your own send OTLP to port 4318: set{' '}
      <code>OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318</code>.
    </p>
  </Notice>
);
