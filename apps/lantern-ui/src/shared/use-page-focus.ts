import { useEffect, useRef, type RefObject } from 'react';

/**
 * Moves the focus to the new page if the focused element was removed by the navigation, as browsers do for full page
 * loads. After Back from a trace to a list, the focus returns to that trace.
 */
export const usePageFocus = (pathname: string, main: RefObject<HTMLElement | null>): void => {
  const former = useRef(pathname);
  useEffect(() => {
    if (former.current === pathname) return;
    const link = linkTo(former.current);
    former.current = pathname;
    if (document.activeElement !== document.body) return;
    (link ?? main.current)?.focus({ preventScroll: true });
  }, [pathname, main]);
};

const linkTo = (pathname: string): HTMLElement | undefined =>
  [...document.querySelectorAll<HTMLAnchorElement>('[data-result]')].find(
    (link) => link.pathname === pathname,
  );
