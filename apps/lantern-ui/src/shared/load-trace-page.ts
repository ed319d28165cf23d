/** The code of the trace page. A pointer that rests on a link fetches it before the click. */
export const loadTracePage = () => import('../pages/trace/TracePage.js');
