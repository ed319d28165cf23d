import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

/** The present in milliseconds, as fresh as `stepMillis`, for texts like “3 min. ago”. */
export const useNow = (stepMillis: number): number => {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), stepMillis, { autoInvoke: true });
  return now;
};
