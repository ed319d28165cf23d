const links = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-result]')];

/** Focuses the next or previous result, or the first one if no result has the focus. */
export const stepResult = (direction: 1 | -1): void => {
  const all = links();
  const at = all.findIndex((link) => link === document.activeElement);
  const next = at === -1 ? all[0] : all[at + direction];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
};

/** ID of the trace whose result has the focus. */
export const focusedTrace = (): string | undefined =>
  document.activeElement instanceof HTMLElement ? document.activeElement.dataset.traceId : undefined;
