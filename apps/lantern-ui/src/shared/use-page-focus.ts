import { useEffect, useRef, type RefObject } from 'react';

/**
 * Moves the focus to the new page when the focused link went with the old one, as the browser itself does for pages that
 * it loads. A reader who comes back from a trace to a list finds the focus on that trace.
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
