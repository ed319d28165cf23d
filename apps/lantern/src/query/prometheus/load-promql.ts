/** Loads PromQL with the first query, so that a Lantern without metric queries spends no start time and memory on its modules. */
export const loadPromql = (): Promise<typeof import('@lantern/promql')> => import('@lantern/promql');
