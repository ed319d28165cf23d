/** Part of a query, as offsets in UTF-16 units. The end is exclusive. */
export interface Position {
  readonly start: number;
  readonly end: number;
}

const encoder = new TextEncoder();

/** Returns `line:column` as Prometheus writes it: counted from 1, and columns in bytes of UTF-8. */
export const lineAndColumn = (query: string, offset: number): string => {
  if (query === '') return 'unknown position';
  if (offset < 0 || offset > query.length) return 'invalid position';
  const before = query.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return `${line}:${encoder.encode(before.slice(lineStart)).length + 1}`;
};
