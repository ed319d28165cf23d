import { useEffect, useState, type FocusEvent } from 'react';

/**
 * Whether the user reads the results: the pointer or the focus is on them, or the page is scrolled. New results must
 * not move the content then.
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
    /** Browsers fire no blur event when a focused element is removed. */
    loseFocus: () => setFocused(false),
    /** Handlers for the element that contains the results and the button that shows held traces. */
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
