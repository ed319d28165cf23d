import { useLayoutEffect, useRef } from 'react';

/** Restores the scroll position of each page after Back. */
export const useScrollMemory = (page: string) => {
  const ref = useRef<HTMLElement>(null);
  const positions = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    if (ref.current !== null) ref.current.scrollTop = positions.current.get(page) ?? 0;
  }, [page]);
  const remember = () => {
    if (ref.current !== null) positions.current.set(page, ref.current.scrollTop);
  };
  return { ref, remember };
};
