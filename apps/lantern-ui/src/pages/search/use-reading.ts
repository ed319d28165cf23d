import { useEffect, useState, type FocusEvent } from 'react';

/**
 * Whether somebody reads the results: the pointer or the focus is on them, or the page is scrolled. What comes in then
 * must not move what is read.
 */
export const useReading = () => {
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const [isScrolled, setScrolled] = useState(false);
  useEffect(() => {
    const main = document.getElementById('main');
    const look = () => setScrolled((main?.scrollTop ?? 0) > 120);
    main?.addEventListener('scroll', look, { passive: true });
    return () => main?.removeEventListener('scroll', look);
  }, []);
  return {
    isReading: isPointed || isFocused || isScrolled,
    /** What had the focus is gone: a browser tells nobody of that. */
    loseFocus: () => setFocused(false),
    /** For the element that holds the results, and what asks for those that wait. */
    handlers: {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: (event: FocusEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
      },
    },
  };
};
