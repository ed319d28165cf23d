import { Button } from '@mantine/core';
import { IconAlertCircle, IconRefresh } from '@tabler/icons-react';
import { ApiError } from '../api/http.js';
import { Notice } from './Notice.js';

interface LoadFailedProps {
  /** Name of the content, as in “The traces could not be loaded”. */
  readonly what: string;
  readonly error: Error;
  readonly onRetry: () => void;
  readonly isRetrying: boolean;
  readonly isPage?: boolean;
}

export const LoadFailed = ({ what, error, onRetry, isRetrying, isPage = false }: LoadFailedProps) => (
  <Notice
    title={`${what} could not be loaded`}
    tone="error"
    isPage={isPage}
    icon={<IconAlertCircle size={28} stroke={1.5} />}
  >
    <p>
      {error.message}
      {error instanceof ApiError && error.isTransient && ' The page retries every few seconds.'}
    </p>
    {error instanceof ApiError && (
      <p>
        <code>
          {error.status === undefined ? '' : `${error.status} `}
          {error.path}
        </code>
      </p>
    )}
    <Button leftSection={<IconRefresh size={14} />} onClick={onRetry} loading={isRetrying}>
      Retry
    </Button>
  </Notice>
);
