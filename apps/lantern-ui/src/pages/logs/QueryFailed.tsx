import { Button } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import { ApiError } from '../../api/http.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import { queryHint } from './query-hint.js';
import { proposedQuery } from './parse-fault.js';

interface QueryFailedProps {
  readonly query: string;
  readonly error: Error;
  readonly isRetrying: boolean;
  readonly onRetry: () => void;
  readonly onQuery: (query: string) => void;
}

/** Shows why a query failed: invalid LogQL, with a correction if there is one, or an unavailable server. */
export const QueryFailed = ({ query, error, isRetrying, onRetry, onQuery }: QueryFailedProps) => {
  const proposed = proposedQuery(error.message);
  if (proposed !== undefined) {
    return (
      <Notice title="Not a stream label" icon={<IconBulb size={28} stroke={1.5} />}>
        <p>{error.message.split('. ')[0]}. This query finds the lines:</p>
        <p>
          <code>{proposed}</code>
        </p>
        <Button variant="filled" onClick={() => onQuery(proposed)}>
          Run this query
        </Button>
      </Notice>
    );
  }
  if (error instanceof ApiError && error.status === 400) {
    const hint = queryHint(query);
    if (hint !== undefined) {
      const { title, fault, proposed: better } = hint;
      return (
        <Notice title={title} icon={<IconBulb size={28} stroke={1.5} />}>
          <p>{fault}</p>
          {better !== undefined && (
            <>
              <p>
                <code>{better}</code>
              </p>
              <Button variant="filled" onClick={() => onQuery(better)}>
                Run this query
              </Button>
            </>
          )}
        </Notice>
      );
    }
    return (
      <Notice title="Invalid query" tone="error">
        <p>
          <code>{error.message}</code>
        </p>
      </Notice>
    );
  }
  return <LoadFailed what="The lines" error={error} onRetry={onRetry} isRetrying={isRetrying} />;
};
