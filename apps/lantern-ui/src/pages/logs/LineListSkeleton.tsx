import { Skeleton } from '@mantine/core';

const WIDTHS = [62, 48, 71, 55, 80, 44, 66, 58, 73, 50, 61, 47];

/** Placeholder with the height of lines, to avoid a layout shift. */
export const LineListSkeleton = () => (
  <div aria-hidden style={{ padding: '3px 16px' }}>
    {WIDTHS.map((width, row) => (
      <div key={row} style={{ height: 26, display: 'flex', alignItems: 'center' }}>
        <Skeleton height={10} width={`${width}%`} radius="xl" />
      </div>
    ))}
  </div>
);
