/** Reason why telemetry was dropped before it reached its backend. */
export type LossReason = 'queue_full' | 'export_failed' | 'keep_limit' | 'refused';

/** Spans and log lines that this process lost since its start, by reason. Each is a series that starts at zero. */
const lost = {
  spans: { queue_full: 0, export_failed: 0, keep_limit: 0, refused: 0 },
  logLines: { queue_full: 0, refused: 0 },
} satisfies Record<string, Partial<Record<LossReason, number>>>;

export const countLostSpans = (reason: keyof typeof lost.spans, count: number): void => {
  lost.spans[reason] += count;
};

export const countLostLogLines = (reason: keyof typeof lost.logLines, count: number): void => {
  lost.logLines[reason] += count;
};

export const lostTelemetry: Readonly<
  Record<keyof typeof lost, Readonly<Partial<Record<LossReason, number>>>>
> = lost;
