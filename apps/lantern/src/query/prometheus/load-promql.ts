/** Loads PromQL with the first query, so that its modules cost a Lantern that nobody asks for metrics neither time at the start nor memory. */
export const loadPromql = (): Promise<typeof import('@lantern/promql')> => import('@lantern/promql');
