import { Button } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import { ApiError } from '../../api/http.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import { proposedQuery } from './parse-fault.js';

interface QueryFailedProps {
  readonly error: Error;
  readonly isRetrying: boolean;
  readonly onRetry: () => void;
  readonly onQuery: (query: string) => void;
}

/** A query that is no LogQL, one that another would answer, or a server that does not answer. */
export const QueryFailed = ({ error, isRetrying, onRetry, onQuery }: QueryFailedProps) => {
  const proposed = proposedQuery(error.message);
  if (proposed !== undefined) {
    return (
      <Notice title="This is no label of a stream" icon={<IconBulb size={28} stroke={1.5} />}>
        <p>{error.message.split('. ')[0]}. This query finds the lines:</p>
        <p>
          <code>{proposed}</code>
        </p>
        <Button variant="filled" onClick={() => onQuery(proposed)}>
          Run it
        </Button>
      </Notice>
    );
  }
  if (error instanceof ApiError && error.status === 400) {
    return (
      <Notice title="The query was not understood" tone="error">
        <p>
          <code>{error.message}</code>
        </p>
      </Notice>
    );
  }
  return <LoadFailed what="The lines" error={error} onRetry={onRetry} isRetrying={isRetrying} />;
};
