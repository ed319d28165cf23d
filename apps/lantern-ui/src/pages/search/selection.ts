/** IDs of the selected traces, in selection order. */
export type Selection = readonly string[];

export const toggled = (selection: Selection, traceId: string): Selection =>
  selection.includes(traceId) ? selection.filter((id) => id !== traceId) : [...selection, traceId];

/** Returns the path that compares the selected traces: the first with the second, or with one of the cohort. */
export const comparePath = (selection: Selection): string | undefined => {
  const [a, b] = selection;
  if (a === undefined || b === undefined) return undefined;
  const cohort = new URLSearchParams(selection.map((id) => ['cohort', id])).toString();
  return `/trace/${a}...${b}${selection.length > 2 ? `?${cohort}` : ''}`;
};
