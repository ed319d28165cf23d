import type { LogLabels } from '@lantern/telemetry-model';

/** Labels may be asked for by any name, also by those that every object of JavaScript inherits. */
export const ownValue = (labels: LogLabels, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;
