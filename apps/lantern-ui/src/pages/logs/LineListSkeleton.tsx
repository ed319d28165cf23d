import { Skeleton } from '@mantine/core';

const WIDTHS = [62, 48, 71, 55, 80, 44, 66, 58, 73, 50, 61, 47];

/** Rows of the height of lines, so that nothing moves when they come. */
export const LineListSkeleton = () => (
  <div aria-hidden style={{ padding: '3px 16px' }}>
    {WIDTHS.map((width, row) => (
      <div key={row} style={{ height: 26, display: 'flex', alignItems: 'center' }}>
        <Skeleton height={10} width={`${width}%`} radius="xl" />
      </div>
    ))}
  </div>
);
