import type { LogLabels } from '@lantern/telemetry-model';

/** Returns the value of a label of any name, also of a name that JavaScript objects inherit. */
export const ownValue = (labels: LogLabels, name: string): string | undefined =>
  Object.hasOwn(labels, name) ? labels[name] : undefined;
