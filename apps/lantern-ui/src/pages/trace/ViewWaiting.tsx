import { Skeleton } from '@mantine/core';
import { LoadFailed } from '../../shared/LoadFailed.js';
import classes from './ViewWaiting.module.css';

interface ViewWaitingProps {
  readonly what: string;
  readonly query: { readonly error: Error | null; readonly isFetching: boolean; refetch(): unknown };
}

/** Placeholder of a view while it is computed, or the error if that failed. */
export const ViewWaiting = ({ what, query }: ViewWaitingProps) =>
  query.error === null ? (
    <ViewSkeleton what={what.toLowerCase()} />
  ) : (
    <LoadFailed
      what={what}
      error={query.error}
      onRetry={() => void query.refetch()}
      isRetrying={query.isFetching}
    />
  );

export const ViewSkeleton = ({ what }: { readonly what: string }) => (
  <div className={classes.waiting} role="status" aria-label={`Computing ${what}`}>
    {Array.from({ length: 8 }, (_, i) => (
      <Skeleton key={i} height={14} width={`${70 - i * 6}%`} radius="xs" />
    ))}
  </div>
);
