/** Which traces are chosen, in the order in which they were. */
export type Selection = readonly string[];

export const toggled = (selection: Selection, traceId: string): Selection =>
  selection.includes(traceId) ? selection.filter((id) => id !== traceId) : [...selection, traceId];

/** Where the chosen traces are compared: the first against the second, or against whichever of the cohort is picked there. */
export const comparePath = (selection: Selection): string | undefined => {
  const [a, b] = selection;
  if (a === undefined || b === undefined) return undefined;
  const cohort = new URLSearchParams(selection.map((id) => ['cohort', id])).toString();
  return `/trace/${a}...${b}${selection.length > 2 ? `?${cohort}` : ''}`;
};
