import type { LogLabels } from '@lantern/telemetry-model';

/** By name, as Loki writes them. */
export const sortLabels = (labels: LogLabels): LogLabels =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
