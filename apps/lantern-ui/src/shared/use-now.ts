import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

/** Returns the current time in milliseconds, updated every `stepMillis`, for texts such as “3 min. ago”. */
export const useNow = (stepMillis: number): number => {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), stepMillis, { autoInvoke: true });
  return now;
};
