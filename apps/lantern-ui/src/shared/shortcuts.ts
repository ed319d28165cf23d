/** Shortcuts that the help lists. The components handle the keys. */
export const SHORTCUTS = [
  {
    where: 'Everywhere',
    keys: [{ press: ['?'], does: 'Show or hide this list' }],
  },
  {
    where: 'Search',
    keys: [
      { press: ['/'], does: 'Write a query' },
      { press: ['j', 'k'], does: 'Next and previous result' },
      { press: ['Enter'], does: 'Open the result' },
      { press: ['x'], does: 'Select the result, to compare or download' },
      { press: ['c'], does: 'Cards or table' },
      { press: ['l'], does: 'Live search on or off' },
      { press: ['r'], does: 'Search again' },
      { press: ['Ctrl Space'], does: 'Complete the current word' },
    ],
  },
  {
    where: 'Services and dependencies',
    keys: [
      { press: ['/'], does: 'Find a service' },
      { press: ['+', '−', '0'], does: 'In the graph: zoom in, out, show all' },
      { press: ['←', '→', '↑', '↓'], does: 'In the graph: pan' },
    ],
  },
  {
    where: 'Trace',
    keys: [
      { press: ['f', 'j', '↓'], does: 'Next span' },
      { press: ['b', 'k', '↑'], does: 'Previous span' },
      { press: ['→'], does: 'In the tree: expand, or go to the first child' },
      { press: ['←'], does: 'In the tree: collapse, or go to the parent' },
      { press: ['Enter'], does: 'Show the details of the span' },
      { press: ['Home', 'End'], does: 'First and last span' },
      { press: ['s', 'w'], does: 'Scroll a page down or up' },
      { press: ['a', 'd'], does: 'Earlier and later times; with Shift in larger steps' },
      { press: ['↑', '↓'], does: 'Outside of the tree: zoom in and out' },
      { press: ['Ctrl wheel'], does: 'Zoom around the pointer' },
      { press: ['e', 'Shift e'], does: 'Next and previous error' },
      { press: ['[', ']'], does: 'Expand all, collapse all' },
      { press: ['o', 'p'], does: 'Expand or collapse one level' },
      { press: ['/', 'Ctrl b'], does: 'Find in the trace; Enter goes to the next match' },
      { press: ['l'], does: 'Logs, and back to the waterfall' },
      { press: ['Esc'], does: 'Close the panel' },
    ],
  },
  {
    where: 'Logs and metrics',
    keys: [
      { press: ['Enter'], does: 'Run the query' },
      { press: ['Shift Enter'], does: 'New line in the query' },
      { press: ['Ctrl Space'], does: 'Complete the query' },
    ],
  },
] as const;
