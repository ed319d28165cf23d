import type { CallChange } from '@lantern/telemetry-model';

/** Label and sign of each kind of change. The sign does not depend on color. */
export const CHANGES: readonly {
  readonly change: CallChange;
  readonly label: string;
  readonly sign: string;
}[] = [
  { change: 'slower', label: 'slower', sign: '▲' },
  { change: 'faster', label: 'faster', sign: '▼' },
  { change: 'added', label: 'only in B', sign: '+' },
  { change: 'removed', label: 'only in A', sign: '−' },
  { change: 'same', label: 'the same', sign: '=' },
];

export const changeOf = (change: CallChange) => CHANGES.find((one) => one.change === change);
