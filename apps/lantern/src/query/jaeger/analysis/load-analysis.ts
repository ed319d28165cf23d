/** Loads the analysis of traces with the first request for it: a Lantern that receives and searches starts without it. */
export const loadAnalysis = (): Promise<typeof import('@lantern/trace-analysis')> =>
  import('@lantern/trace-analysis');
