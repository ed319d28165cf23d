/** Loads the code of the trace page. Hovering a link preloads it. */
export const loadTracePage = () => import('./TracePage.js');
