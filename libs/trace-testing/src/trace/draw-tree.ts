import type { TestSpan } from './test-span.js';

/** Returns the line of a span: `order-service: calculate_total (internal) ✗`. A span with status ERROR is marked. */
export const spanLine = ({ service, name, kind, status }: TestSpan): string =>
  `${service}: ${name} (${kind})${status === 'error' ? ' ✗' : ''}`;

export const depthOf = (span: TestSpan): number => {
  let depth = 0;
  for (let above = span.parent; above !== undefined; above = above.parent) depth++;
  return depth;
};

/** Maximum number of lines of a tree in a message. */
const MAX_LINES = 200;

/**
 * Draws spans, given depth first, as indented lines. A marked span has `►` at the start of its line.
 */
export const drawTree = (spans: readonly TestSpan[], marked: ReadonlySet<TestSpan> = new Set()): string => {
  const margin = marked.size === 0 ? '' : '  ';
  const lines = spans.slice(0, MAX_LINES).map((span) => {
    const start = marked.has(span) ? '► ' : margin;
    return `${start}${'  '.repeat(depthOf(span))}${spanLine(span)}`;
  });
  const rest = spans.length - MAX_LINES;
  if (rest > 0) lines.push(`${margin}… ${rest} more spans`);
  return lines.join('\n');
};
