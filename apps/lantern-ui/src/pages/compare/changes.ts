import type { CallChange } from '@lantern/telemetry-model';

/** How a change is told, also to whoever does not see its colour. */
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
